/**
 * Returns a page with its parts between their markers: `<!-- measured: name -->` and
 * `<!-- /measured -->`.
 *
 * @throws Error if the page has no markers for a part, because the part would be missing
 */
export function fill(page: string, parts: Map<string, string>): string {
  let text = page
  for (const [name, part] of parts) {
    const place = new RegExp(`(<!-- measured: ${name} -->\n).*?(<!-- /measured -->)`, 's')
    if (!place.test(text)) throw new Error(`the page has no <!-- measured: ${name} -->`)
    text = text.replace(place, (_, begin: string, end: string) => `${begin}\n${part}\n\n${end}`)
  }
  return text
}
