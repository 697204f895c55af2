import { busy } from './busy/busy.ts'
import { canaries } from './canaries/canaries.ts'
import { relay } from './relay/relay.ts'
import type { Proof } from './proof.ts'

/** Every proof, in the order of docs/reliability.md. */
export const proofs: readonly Proof[] = [busy, relay, canaries]
