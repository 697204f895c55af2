import { aborts } from './aborts/aborts.ts'
import { fuzz } from './fuzz/fuzz.ts'
import { leaks } from './leaks/leaks.ts'
import type { Proof } from './proof.ts'

/** Every proof, in the order of docs/reliability.md. */
export const proofs: readonly Proof[] = [fuzz, aborts, leaks]
