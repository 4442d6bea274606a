// readCells reads the first rows of a file of comma-separated values, and no more
// of it than they take.
export async function readCells(body: ReadableStream<Uint8Array>, most: number): Promise<readonly (readonly string[])[]> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  const rows: string[][] = [];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  // A quote within quotes is one of the cell where another one follows.
  let ending = false;
  const take = (character: string) => {
    if (quoted && !ending) {
      if (character === '"') {
        ending = true;
      } else {
        cell += character;
      }
      return;
    }
    if (ending && character === '"') {
      cell += character;
      ending = false;
      return;
    }
    if (ending) {
      quoted = false;
      ending = false;
    }
    if (character === '"' && cell === "") {
      quoted = true;
    } else if (character === "," || character === "\n") {
      cells.push(cell);
      cell = "";
      if (character === "\n") {
        rows.push(cells);
        cells = [];
      }
    } else if (character !== "\r") {
      cell += character;
    }
  };
  for (;;) {
    const { done, value } = await reader.read();
    for (const character of value ?? "") {
      take(character);
      if (rows.length === most) {
        await reader.cancel();
        return rows;
      }
    }
    if (done) {
      break;
    }
  }
  if (cell !== "" || cells.length > 0) {
    rows.push([...cells, cell]);
  }
  return rows;
}
