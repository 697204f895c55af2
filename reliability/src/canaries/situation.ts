import type { VecTrade, VecTradeOptions } from '@vectrade/core'
import type { Answer, HostileServer } from './hostile-server.ts'
import { marks } from './marks.ts'

/** Something that goes wrong, and the value that can be printed afterwards. */
export interface Situation {
  readonly name: string
  /** Whether the server quotes keys in `details` or `headers`, which users get as sent. */
  readonly quotes?: boolean
  /** Returns or throws the value that is printed. */
  run(lab: Lab): unknown
}

/** A text that another program gets, such as a page. It may contain the answer, and nothing else. */
export class Sent {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** The tools to create situations. */
export interface Lab {
  readonly server: HostileServer
  /** The client of this runtime. */
  readonly Client: new (options: VecTradeOptions) => VecTrade
  readonly logger: NonNullable<VecTradeOptions['logger']>
  /** Returns a client with the key. Its server answers like this. */
  client(answer: Answer, options?: VecTradeOptions): VecTrade
}

/** Runs the work and returns the error that it throws. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    return error
  }
  throw new Error('Nothing went wrong')
}

export function ask(client: VecTrade, options?: object): Promise<unknown> {
  return failureOf(() =>
    client.ai.stream({ prompt: marks.prompt, symbols: ['NVDA'] }, options).finalText(),
  )
}

export function analyze(client: VecTrade, options?: object): Promise<unknown> {
  return failureOf(() => client.ai.analyze(marks.prompt, options))
}
