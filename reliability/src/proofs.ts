import { faults } from './faults/faults.ts'
import type { Proof } from './proof.ts'

/** Every proof, in the order of docs/reliability.md. */
export const proofs: readonly Proof[] = [faults]
