import { aborts } from './aborts/aborts.ts'
import { busy } from './busy/busy.ts'
import { canaries } from './canaries/canaries.ts'
import { faults } from './faults/faults.ts'
import { fuzz } from './fuzz/fuzz.ts'
import { leaks } from './leaks/leaks.ts'
import { live } from './live/live.ts'
import { relay } from './relay/relay.ts'
import { soak } from './soak/soak.ts'
import { uploads } from './uploads/uploads.ts'
import type { Proof } from './proof.ts'

/** Every proof, in the order of docs/reliability.md. */
export const proofs: readonly Proof[] = [
  faults,
  busy,
  fuzz,
  aborts,
  leaks,
  relay,
  live,
  uploads,
  canaries,
  soak,
]
