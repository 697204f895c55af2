import type { AnalysisStream, CallOptions, VecTrade, VecTradeOptions } from '@vectrade/core'
import { type Fault, formatFault, type SandboxRequest } from '@vectrade/sandbox/handler'
import { assert } from 'chai'
import type { ConformanceOptions } from './options.ts'
import type { OutsideAnswer, OutsideCall } from './lab/call.ts'
import type { Caller } from './lab/vanish.ts'

/** The addresses in the lab. */
export interface LabAddresses {
  /** The base URL of the sandbox. */
  baseURL: string
  apiKey: string
  /** The base URL of the sandbox's WebSockets. */
  liveURL: string
  /** The base URL of a sandbox at another origin. Nothing may be sent to it. */
  elsewhere: string
}

/** The sandbox's record of a request, as JSON contains it. */
export type Seen = Omit<SandboxRequest, 'done'>

export interface AskOptions extends CallOptions {
  id?: string
  prompt?: string
  client?: VecTradeOptions
}

/** A call to the sandbox. */
export interface Asked {
  readonly id: string
  readonly client: VecTrade
  readonly stream: AnalysisStream
}

/** The globals that identify a runtime. */
interface Self {
  navigator?: { userAgent?: string }
  EdgeRuntime?: string
}

/** ms that one case may take, even on a busy machine. */
const longest = 120_000

export function newId(): string {
  return `case-${Math.random().toString(36).slice(2)}`
}

/** Returns the headers of a request that identify its call and ask for its fault. */
export function labHeaders(id: string, fault: Fault): Record<string, string> {
  return { 'x-lab-call': id, 'x-sandbox-fault': formatFault(fault) }
}

/** The suite's client of the lab. It calls the sandbox, and asks the lab what arrived there. */
export class Lab {
  readonly options: ConformanceOptions
  #addresses: Promise<LabAddresses> | undefined

  constructor(options: ConformanceOptions) {
    this.options = options
  }

  addresses(): Promise<LabAddresses> {
    return (this.#addresses ??= this.#fetch<LabAddresses>('/lab'))
  }

  async client(options: VecTradeOptions = {}): Promise<VecTrade> {
    const { baseURL, apiKey } = await this.addresses()
    return this.options.createClient({ baseURL, apiKey, maxRetries: 0, ...options })
  }

  /** Makes a call with a fault. Its stream has not been used yet. */
  async ask(
    fault: Fault = {},
    { id = newId(), prompt = 'Bull case?', client: options = {}, ...call }: AskOptions = {},
  ): Promise<Asked> {
    const client = await this.client({ ...options, headers: labHeaders(id, fault) })
    return { id, client, stream: client.ai.stream(prompt, call) }
  }

  /** Returns the requests of a call that arrived at the sandbox, or at the one of another
   * origin. */
  seen({ id }: Pick<Asked, 'id'>, where: 'sandbox' | 'elsewhere' = 'sandbox'): Promise<Seen[]> {
    return this.#fetch<Seen[]>(`/requests?call=${id}&where=${where}`)
  }

  /** Waits until the sandbox has sent this many events of a call. */
  async sent({ id }: Pick<Asked, 'id'>, events: number): Promise<void> {
    await this.#fetch(`/requests?call=${id}&sent=${events}`)
  }

  /** Returns the requests of a call when all of them have ended, at the latest after `within` ms. */
  settled({ id }: Pick<Asked, 'id'>, within = 1000): Promise<Seen[]> {
    return this.#fetch<Seen[]>(`/requests?call=${id}&within=${within}`)
  }

  /** Fails unless the sandbox sees the client leave within this time from now. */
  async assertLeft(call: Pick<Asked, 'id'>, within?: number): Promise<void> {
    const seen = await this.settled(call, within)
    assert.deepEqual(
      seen.map(({ closed }) => closed),
      ['client'],
      'one request, and its client left in time',
    )
  }

  /** Calls a served handler and goes away. See {@link Caller}. */
  async vanish(caller: Caller): Promise<void> {
    await this.#fetch('/vanish', { method: 'POST', body: JSON.stringify(caller) })
  }

  /** Calls a handler that this runtime serves, from outside. */
  async call(outside: OutsideCall): Promise<Response> {
    const { status, headers, text } = await this.#fetch<OutsideAnswer>('/call', {
      method: 'POST',
      body: JSON.stringify(outside),
    })
    return new Response(status === 204 ? null : text, { status, headers })
  }

  /** Runs a case with a time limit, and reports the outcome to the lab. */
  async record(name: string, check: () => Promise<void>): Promise<void> {
    let failure: string | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not done in ${longest} ms`)), longest)
    })
    try {
      await Promise.race([check(), late])
    } catch (error) {
      failure = error instanceof Error ? `${String(error)}\n${error.stack}` : String(error)
      throw error
    } finally {
      clearTimeout(timer)
      const { runtime } = this.options
      const { navigator, EdgeRuntime } = globalThis as Self
      const where = navigator?.userAgent ?? EdgeRuntime
      const body = JSON.stringify({ runtime, name, failure, where })
      await this.#fetch('/results', { method: 'POST', body })
    }
  }

  async #fetch<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await fetch(new URL(path, this.options.baseURL), init)
    const text = await response.text()
    if (!response.ok) throw new Error(`The lab: ${text}`)
    return JSON.parse(text) as T
  }
}
