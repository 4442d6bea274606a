package sample

// BusinessID is the business of the reference's examples and of the sample.
const BusinessID = 43111
