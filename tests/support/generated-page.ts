/** A page with so many items in the shape of the demo page: epics, features, stories, every fifth an enabler, each depending on the one before. */
export function generatedPage(items: number): string {
  const lines: string[] = [];
  let count = 0;
  const add = (line: string) => {
    if (count >= items) return false;
    lines.push(line);
    count += 1;
    return true;
  };
  for (let epic = 1; count < items; epic += 1) {
    add(`<h1>Epic: Outcome number ${epic}</h1>`);
    for (let feature = 1; feature <= 5 && count < items; feature += 1) {
      add(`<h2>Feature: Capability ${epic}.${feature}</h2>`);
      for (let story = 1; story <= 5 && count < items; story += 1) {
        const id = `${story === 5 ? "EN" : "US"}-${epic}${feature}${story}`;
        const before = story > 1 ? `<p><strong>Depends on:</strong> US-${epic}${feature}${story - 1}</p>` : "";
        add(
          `<h3>${story === 5 ? "Enabler" : "Story"} ${id}: Work ${epic}.${feature}.${story}</h3><p><strong>Story points:</strong> 3</p>${before}<p><strong>Acceptance criteria:</strong></p><ul><li>It works</li></ul>`,
        );
      }
    }
  }
  return lines.join("");
}
