// The userErrors of a mutation, at the fields of a form.
export interface Problem {
  code: string;
  message: string;
  field?: readonly string[] | null | undefined;
}

// problemAt is the message for a field: the path behind the argument's name,
// "emailAddress" for ["input", "emailAddress"].
export function problemAt(problems: readonly Problem[], field: string): string | undefined {
  return problems.find((problem) => problem.field?.slice(1).join(".") === field)?.message;
}

// otherProblems are those that no field of the form shows.
export function otherProblems(problems: readonly Problem[], fields: readonly string[]): readonly Problem[] {
  return problems.filter((problem) => !fields.includes(problem.field?.slice(1).join(".") ?? ""));
}
