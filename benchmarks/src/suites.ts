import type { Suite } from './suite.ts'
import { afterGc } from './suites/after-gc.ts'
import { cold } from './suites/cold.ts'
import { concurrent } from './suites/concurrent.ts'
import { encode } from './suites/encode.ts'
import { firstEvent } from './suites/first-event.ts'
import { importTime } from './suites/import-time.ts'
import { large } from './suites/large.ts'
import { largeEvent } from './suites/large-event.ts'
import { live } from './suites/live.ts'
import { memory } from './suites/memory.ts'
import { read } from './suites/read.ts'
import { relay } from './suites/relay.ts'
import { size } from './suites/size.ts'

export const suites: Suite[] = [
  read,
  cold,
  large,
  afterGc,
  relay,
  encode,
  firstEvent,
  concurrent,
  memory,
  live,
  size,
  importTime,
  largeEvent,
]
