import type { Proof } from './proof.ts'
import { soak } from './soak/soak.ts'
import { relay } from './relay/relay.ts'

/** Every proof, in the order of docs/reliability.md. */
export const proofs: readonly Proof[] = [relay, soak]
