import type { Cell } from './cell.ts'
import { gzipBombs } from './families/bombs.ts'
import { codings, manyCodings } from './families/codings.ts'
import { cuts, cutsAtConnect, slowReaders } from './families/cuts.ts'
import { garbled } from './families/garbage.ts'
import { heads } from './families/heads.ts'
import { keepAliveRaces } from './families/keep-alive.ts'
import { silences } from './families/silences.ts'
import { slow } from './families/slow.ts'
import { unreachables } from './families/unreachable.ts'

/** The matrix: every fault at every stage of an answer at which it makes sense. */
export const cells: readonly Cell[] = [
  ...unreachables,
  ...silences,
  ...slow,
  ...cutsAtConnect,
  ...cuts,
  ...slowReaders,
  ...garbled,
  ...codings,
  ...gzipBombs,
  ...manyCodings,
  ...heads,
  ...keepAliveRaces,
]

export const families: readonly string[] = [...new Set(cells.map(({ family }) => family))]
