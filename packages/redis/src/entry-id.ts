const pattern = /^(\d{1,15})-(\d{1,15})$/

/** Whether a text has the form of the id of an entry of a Redis Stream. */
export function isEntryId(text: string): boolean {
  return pattern.test(text)
}

/** Whether an entry of a Redis Stream is later than another one. An entry without an id is earlier than all others. */
export function isLater(id: string, than: string): boolean {
  const [, ms = -1, number = -1] = (pattern.exec(id) ?? []).map(Number)
  const [, thanMs = -1, thanNumber = -1] = (pattern.exec(than) ?? []).map(Number)
  return ms > thanMs || (ms === thanMs && number > thanNumber)
}
