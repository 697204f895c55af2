import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runClient } from '../loopback/child.ts'
import { type Digest, digestOf, type Payload, toMessages, toNamedMessages } from '../payload.ts'
import type { large, single } from '../readers/reading.ts'
import { type Name, needNames } from './contestants.ts'

/** What a fresh process is told to do. */
export interface Order {
  name: Name
  /** Has the bytes of the answer. */
  file: string
  how: typeof large | typeof single
  /** How many times the answer is read, one after the other. */
  answers: number
  expected: Digest
  /** Whether the import counts as part of the first answer. */
  isImportTimed: boolean
}

/** In ms. */
export interface Took {
  wall: number
  cpu: number
}

/** What differs from run to run. */
export type Task = Pick<Order, 'name' | 'how' | 'answers'> & Partial<Pick<Order, 'isImportTimed'>>

/** Has a fresh process read an answer; gives the time of each reading. */
export type Read = (task: Task) => Promise<Took[]>

const program = new URL('client.ts', import.meta.url)

/**
 * Keeps an answer in files, for as long as `use` takes: a process that made the answer itself would no
 * longer be fresh.
 */
export async function withAnswer<T>(payload: Payload, use: (read: Read) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'answer-'))
  const [plain, named] = [join(folder, 'plain'), join(folder, 'named')]
  const expected = digestOf(payload.expected)
  try {
    await writeFile(plain, toMessages(payload).join(''))
    await writeFile(named, toNamedMessages(payload).join(''))
    return await use((task) => {
      const file = needNames.has(task.name) ? named : plain
      const order: Order = { isImportTimed: false, ...task, file, expected }
      return runClient<Took[]>(program, [JSON.stringify(order)])
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}
