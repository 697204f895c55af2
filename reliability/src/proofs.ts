import { aborts } from './aborts/aborts.ts'
import { fuzz } from './fuzz/fuzz.ts'
import type { Proof } from './proof.ts'

/** Every proof, in the order of docs/reliability.md. */
export const proofs: readonly Proof[] = [fuzz, aborts]
