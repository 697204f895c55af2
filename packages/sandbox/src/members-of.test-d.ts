import { expectTypeOf } from 'vitest'
import { membersOf } from './members-of.ts'

expectTypeOf(membersOf<'fin' | 'rst'>({ fin: true, rst: true })).toEqualTypeOf<
  readonly ('fin' | 'rst')[]
>()

// @ts-expect-error: rst is missing
membersOf<'fin' | 'rst'>({ fin: true })

// @ts-expect-error: reset is not a member
membersOf<'fin' | 'rst'>({ fin: true, rst: true, reset: true })

const names = membersOf({ fin: true })
// @ts-expect-error: without a type argument, the list is of any strings
export const unchecked: readonly 'fin'[] = names
