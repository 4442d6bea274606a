import type { Client } from "@urql/core";
import { troubleOf } from "~/api/errors";
import { PatchClientDocument, type PatchClientMutation, type PatchClientMutationVariables } from "~/screens/client/client.generated";

// sendPatch answers what the server said, or null when it could not be reached:
// nobody knows then whether the edit was done, and it is sent again with the
// same key.
export async function sendPatch(
  client: Client,
  variables: PatchClientMutationVariables,
): Promise<PatchClientMutation["patchClient"] | null> {
  const { data, error } = await client.mutation(PatchClientDocument, variables).toPromise();
  if (data?.patchClient) {
    return data.patchClient;
  }
  const trouble = troubleOf(error, data);
  if (!trouble || trouble.kind === "offline" || trouble.kind === "signedOut") {
    return null;
  }
  return {
    client: null,
    conflict: null,
    userErrors: [
      {
        code: "NOT_FOUND",
        message: trouble.kind === "failed" ? trouble.message : "",
        field: null,
        mergedIntoClientId: null,
      },
    ],
  };
}
