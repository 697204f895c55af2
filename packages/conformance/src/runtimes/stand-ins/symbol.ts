const { Symbol: Whole } = globalThis

/** Returns the engine's Symbol without some well-known symbols, which cannot be deleted. */
export function symbolWithout(...missing: string[]): SymbolConstructor {
  const make = (description?: string): symbol => Whole(description)
  const { prototype, ...properties } = Object.getOwnPropertyDescriptors(Whole)
  for (const [name, property] of Object.entries(properties)) {
    if (!missing.includes(name)) Object.defineProperty(make, name, property)
  }
  // Some code uses the prototype to check whether a value is a symbol.
  return Object.defineProperty(make, 'prototype', { value: prototype.value }) as never
}
