import type { VecTrade, VecTradeOptions } from '@vectrade/core'
import type { Answer, HostileServer } from './hostile-server.ts'
import { marks } from './marks.ts'

/** Something that goes wrong, and what there is to print of it. */
export interface Situation {
  readonly name: string
  /** Whether the server quotes keys where users find its words as sent: `details`, `headers`. */
  readonly quotes?: boolean
  /** Gives or throws what is printed. */
  run(lab: Lab): unknown
}

/** What another program gets, a page for one: it may have the answer in it, and nothing else. */
export class Sent {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What situations are made with. */
export interface Lab {
  readonly server: HostileServer
  /** The client of this runtime. */
  readonly Client: new (options: VecTradeOptions) => VecTrade
  readonly logger: NonNullable<VecTradeOptions['logger']>
  /** A client with the key whose server answers like this. */
  client(answer: Answer, options?: VecTradeOptions): VecTrade
}

/** Asks, and gives what that throws. */
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
