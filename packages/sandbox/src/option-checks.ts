/** @throws TypeError if a value is null */
export function checkNoNull(options: object, prefix = ''): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === null) {
      throw new TypeError(`\`${prefix}${name}\` must not be null: leave it out for its default`)
    }
  }
}

/** @throws TypeError if the value is not a number, or is too small */
export function numberOption(
  name: string,
  value: number | undefined,
  fallback: number,
  least = 0,
): number {
  const number = value ?? fallback
  if (Number.isFinite(number) && number >= least) return number
  throw new TypeError(`\`${name}\` must be a number, ${least} or more`)
}

/** @throws TypeError if the value is not one of the choices */
export function choiceOption<Choice extends string>(
  name: string,
  value: string | undefined,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const chosen = choices.find((each) => each === (value ?? fallback))
  if (chosen !== undefined) return chosen
  throw new TypeError(`\`${name}\` must be one of ${choices.join(', ')}`)
}

/** @throws TypeError if the value is not a list of strings */
export function listOption(name: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw new TypeError(`\`${name}\` must be a list of strings`)
}
