const { Symbol: Whole } = globalThis

/** An engine's Symbol without these well-known symbols, which cannot be deleted. */
export function symbolWithout(...missing: string[]): SymbolConstructor {
  const make = (description?: string): symbol => Whole(description)
  const { prototype, ...properties } = Object.getOwnPropertyDescriptors(Whole)
  for (const [name, property] of Object.entries(properties)) {
    if (!missing.includes(name)) Object.defineProperty(make, name, property)
  }
  // What asks whether a thing is a symbol may do so by its prototype.
  return Object.defineProperty(make, 'prototype', { value: prototype.value }) as never
}
