// Duplicates: compare, merge, undo, tell apart; and the fields and settings.
import { check, toast } from "../world.mjs";

async function twins(world, lastName) {
  const common = { lastName, emailAddress: `twin@${lastName.toLowerCase()}.example`, dateOfBirth: "1990-05-05" };
  const first = await world.newClient({ firstName: "Tilda", ...common, city: "Lund", tags: ["Left"] });
  const second = await world.newClient({ firstName: "Tilda", ...common, city: "Malmo", companyName: "Twin AB", tags: ["Right"] });
  return [first, second];
}

export const tests = {
  "two clients are compared, merged as previewed, and apart again by undo": async (world) => {
    const [first, second] = await twins(world, "Merging");
    const page = await world.window(`/duplicates/merge?ids=${first},${second}`);
    await page.getByRole("heading", { name: "What will happen" }).waitFor();
    await page.getByText("Company: Twin AB").waitFor();
    await page.getByRole("radio", { name: "City: Malmo" }).click();
    await page.waitForURL(/choice\.city=/);
    await page.getByRole("radio", { name: "City: Malmo", checked: true }).waitFor();
    await page.getByRole("button", { name: "Merge", exact: true }).click();
    await toast(page, "merged into Tilda Merging").waitFor();
    const merged = await world.client(second, "clientId city companyName tags");
    check(merged.clientId === first && merged.city === "Malmo" && merged.companyName === "Twin AB", `the survivor has ${JSON.stringify(merged)}`);
    check(merged.tags.join() === "Left,Right", `the survivor's tags are ${merged.tags}`);
    // On the client's page, later.
    await page.getByRole("tab", { name: "Merges" }).waitFor();
    await page.getByRole("button", { name: "Undo merge" }).click();
    await toast(page, "The merge is undone").waitFor();
    const [one, other] = [await world.client(first, "clientId city companyName"), await world.client(second, "clientId city companyName")];
    check(one.city === "Lund" && one.companyName === null, `the survivor has ${JSON.stringify(one)}`);
    check(other.clientId === second && other.city === "Malmo", `the other has ${JSON.stringify(other)}`);
  },

  "a merge of what somebody changed since the preview is looked at again": async (world) => {
    const [first, second] = await twins(world, "Stale");
    const page = await world.window(`/duplicates/merge?ids=${first},${second}`);
    await page.getByRole("heading", { name: "What will happen" }).waitFor();
    await world.ask('mutation ($id: ID!) { patchClient(clientId: $id, patch: {city: "Ystad"}) { userErrors { code } } }', { id: second });
    await page.getByRole("button", { name: "Merge", exact: true }).click();
    await page.getByRole("alert").filter({ hasText: "Somebody changed one of them meanwhile" }).waitFor();
    check((await world.client(second, "clientId")).clientId === second, "they were merged all the same");
  },

  "the inbox tells why, and a pair is told apart, also after an undo": async (world) => {
    const page = await world.window("/duplicates");
    const group = page.getByRole("listitem", { name: "Jimmy Begood, Jimmy Begood" });
    await group.getByText("Same name and birthday").waitFor();
    await group.getByRole("button", { name: "Not the same" }).click();
    await toast(page, "Not the same").waitFor();
    await group.waitFor({ state: "detached" });
    await toast(page, "Not the same").getByRole("button", { name: "Undo" }).click();
    await group.waitFor();
    await page.reload();
    await group.getByRole("button", { name: "Not the same" }).click();
    await group.waitFor({ state: "detached" });
    await page.reload();
    await page.getByRole("listitem").filter({ hasText: "alike" }).first().waitFor();
    check((await page.getByRole("listitem", { name: "Jimmy Begood, Jimmy Begood" }).count()) === 0, "the pair is there again");
  },

  "a choice is renamed with the values that clients have": async (world) => {
    const { createFieldDefinition } = await world.ask(
      'mutation { createFieldDefinition(input: {label: "Shirt", type: CHOICE, choices: ["Smal", "Large"]}) { fieldDefinition { schedulerPreferenceFieldDefnId } } }',
    );
    const field = createFieldDefinition.fieldDefinition.schedulerPreferenceFieldDefnId;
    const id = await world.newClient({
      firstName: "Fay", lastName: "Fields", emailAddress: "fay@fields.example", fields: [{ schedulerPreferenceFieldDefnId: field, value: "Smal" }],
    });
    const page = await world.window("/fields");
    await page.getByRole("button", { name: "Actions for Shirt" }).click();
    await page.getByRole("menuitem", { name: "Change field" }).click();
    await page.getByRole("textbox", { name: "Choice 1" }).fill("Small");
    await page.getByRole("button", { name: "Save" }).click();
    await toast(page, "Saved").waitFor();
    check((await world.client(id, "fieldDataMap")).fieldDataMap[field] === "Small", "the client's value has the old name");
    await page.getByRole("button", { name: "Actions for Shirt" }).click();
    await page.getByRole("menuitem", { name: "Retire field" }).click();
    await page.getByRole("dialog", { name: "Retire field" }).getByRole("button", { name: "Retire field" }).click();
    await toast(page, "Shirt is retired").waitFor();
  },

  "the feed tells what happens, with a way to it": async (world) => {
    const page = await world.window("/feed");
    await page.getByText("Live", { exact: true }).waitFor();
    const id = await world.newClient({ firstName: "Fenja", lastName: "Feed", emailAddress: "fenja@feed.example" });
    await page.getByRole("link", { name: "Fenja Feed" }).click();
    await page.waitForURL(new RegExp(`/clients/${id}$`));
  },

  "settings change the business, and the frame with it": async (world) => {
    const page = await world.window("/settings");
    await page.getByLabel("Name", { exact: true }).fill("Café Ünïcode");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".business").getByText("Café Ünïcode").waitFor();
    await page.getByLabel("Time zone").fill("Atlantis/Deep");
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".field-error").filter({ hasText: /.+/ }).waitFor();
    await world.ask('mutation { updateBusiness(input: {name: "Sample Business"}) { userErrors { code } } }');
  },
};
