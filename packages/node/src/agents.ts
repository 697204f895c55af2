import { StreamProtocolError } from '@vectrade/core'

/** undici's `Dispatcher`. Importing undici's own types would make our users' compilers depend on undici. */
interface Dispatcher {
  dispatch(request: object, handler: object): boolean
}

type AgentClass = new (settings: typeof options) => Dispatcher

/** undici's `Dispatcher1Wrapper`: adapts a dispatcher to handlers of an older undici, such as Node's own. */
interface WrapperClass {
  new (dispatcher: Dispatcher): Dispatcher
  wrapHandler: (handler: object) => object
}

type ResponseHeaders = Record<string, string | string[] | undefined>

/** undici's `DecoratorHandler`: passes every call on to the handler that it wraps. */
type DecoratorClass = new (handler: object) => {
  onResponseStart(
    controller: { rawHeaders: unknown },
    status: number,
    headers: ResponseHeaders,
    ...rest: unknown[]
  ): void
}

/** `direct` connects to servers. `proxied` connects through the proxies that the environment names. */
export type AgentKind = 'direct' | 'proxied'

// Imports undici's files instead of its index. Loading the index replaces the global dispatcher of the
// whole process, and the index is three times as large.
const files: Record<AgentKind, () => Promise<unknown>> = {
  // @ts-expect-error undici has no types for its files
  direct: () => import('undici/lib/dispatcher/agent.js') as Promise<unknown>,
  async proxied() {
    // @ts-expect-error as above
    const { connect } = (await import('undici/lib/api/index.js')) as { connect: unknown }
    // @ts-expect-error as above
    const { default: Base } = (await import('undici/lib/dispatcher/dispatcher.js')) as {
      default: { prototype: object }
    }
    // Opens tunnels. Normally, undici's index adds this method to all dispatchers.
    Object.assign(Base.prototype, { connect })
    // @ts-expect-error as above
    return import('undici/lib/dispatcher/env-http-proxy-agent.js') as Promise<unknown>
  },
}

const options = {
  // Turns off undici's own limits of 300 s. They could end a call before the SDK's limits do.
  headersTimeout: 0,
  bodyTimeout: 0,
  // Node's own fetch does not use HTTP/2 either.
  allowH2: false,
  proxyTunnel: true,
}

/** All clients share these agents, just as they would share the agent of the global fetch. */
const agents = new Map<AgentKind, Promise<Dispatcher | undefined>>()

/** Returns an agent from an undici newer than Node's own. If undici is missing, warns and returns undefined. */
export function agentOf(kind: AgentKind): Promise<Dispatcher | undefined> {
  let agent = agents.get(kind)
  if (agent === undefined) {
    agent = load(kind).catch(warn)
    agents.set(kind, agent)
  }
  return agent
}

async function load(kind: AgentKind): Promise<Dispatcher> {
  // @ts-expect-error as above
  const wrapper = import('undici/lib/dispatcher/dispatcher1-wrapper.js') as Promise<unknown>
  // @ts-expect-error as above
  const decorator = import('undici/lib/handler/decorator-handler.js') as Promise<unknown>
  const [{ default: Agent }, { default: Wrapper }, { default: Decorator }] = (await Promise.all([
    files[kind](),
    wrapper,
    decorator,
  ])) as [{ default: AgentClass }, { default: WrapperClass }, { default: DecoratorClass }]
  return new (createGuardedWrapper(Wrapper, Decorator))(new Agent(options))
}

/** The number of content codings that Node's fetch accepts. */
const maxContentCodings = 5

function tooManyCodings(codings: number): StreamProtocolError {
  return new StreamProtocolError(
    `The response has ${codings} content codings, and Node's fetch decodes at most ${maxContentCodings}`,
  )
}

/**
 * Returns a wrapper class that guards the requests of Node's fetch in two ways:
 *
 * - If a response has too many content codings, it fails and its connection is closed. Without this guard,
 *   Node's fetch rejects but leaves the connection open. When that connection ends, the process crashes.
 * - The raw headers of a response are dropped after they have been passed on. Otherwise undici keeps them
 *   until the answer ends, which takes 1 KiB for each open stream.
 */
function createGuardedWrapper(Wrapper: WrapperClass, Decorator: DecoratorClass): WrapperClass {
  class GuardedHandler extends Decorator {
    override onResponseStart(
      controller: { rawHeaders: unknown },
      status: number,
      headers: ResponseHeaders,
      ...rest: unknown[]
    ): void {
      const codings = String(headers['content-encoding'] ?? '').split(',').length
      // An error of ours, so that the call is not sent again.
      if (codings > maxContentCodings) throw tooManyCodings(codings)
      super.onResponseStart(controller, status, headers, ...rest)
      controller.rawHeaders = undefined
    }
  }
  return class extends Wrapper {
    override dispatch(request: object, handler: object): boolean {
      return super.dispatch(request, new GuardedHandler(Wrapper.wrapHandler(handler)))
    }
  }
}

function warn(error: unknown): undefined {
  process.emitWarning(
    'undici could not be loaded. Without it, a response can end this process. See docs/platforms.md',
    { code: 'VECTRADE_UNDICI', detail: error instanceof Error ? error.message : '' },
  )
}
