// Reads clients from the product's documents.
import DataLoader from "dataloader";
import { MongoClient } from "mongodb";

const businessId = 43111;
const live = { businessId, lifecycle: "live" };

// What every find reads: the fields that the schema has.
const projection = Object.fromEntries(
  ["lifecycle", "firstName", "lastName", "fullName", "emailAddress", "cellPhone", "city", "status", "tags", "createdDate", "version", "viewSubjectIds", "nameKey"].map((name) => [name, 1]),
);

export function openStore(uri, database) {
  const clients = new MongoClient(uri).db(database).collection("clients");
  return {
    client: (id) => clients.findOne({ businessId, _id: id, lifecycle: { $ne: "merged" } }, { projection }),
    page: (only, skip, limit) =>
      clients.find({ ...live, nameKey: { $gt: "" }, ...only }, { projection, sort: { nameKey: 1 }, skip, limit, batchSize: 1000 }).toArray(),
    count: (only) => clients.countDocuments({ ...live, ...only }),
    byIds: (ids) => clients.find({ ...live, _id: { $in: ids } }, { projection, batchSize: 10000 }).toArray(),
  };
}

// What the resolvers of one request share: the loader keeps nothing for the next.
export function contextOf(store) {
  return {
    store,
    subjects: new DataLoader(
      async (ids) => {
        const found = new Map((await store.byIds(ids)).map((client) => [client._id, client]));
        return ids.map((id) => found.get(id) ?? null);
      },
      { maxBatchSize: 10000 },
    ),
  };
}
