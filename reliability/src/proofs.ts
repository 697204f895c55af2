import { aborts } from './aborts/aborts.ts'
import { busy } from './busy/busy.ts'
import { canaries } from './canaries/canaries.ts'
import { fuzz } from './fuzz/fuzz.ts'
import { relay } from './relay/relay.ts'
import type { Proof } from './proof.ts'

/** Every proof, in the order of docs/reliability.md. */
export const proofs: readonly Proof[] = [busy, fuzz, aborts, relay, canaries]
