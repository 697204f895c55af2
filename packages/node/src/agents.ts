/** A `Dispatcher` of undici. Its own types would be a dependency of our users' compilers. */
interface Dispatcher {
  dispatch(request: object, handler: object): boolean
}

type AgentClass = new (settings: typeof options) => Dispatcher

/** Translates for the handlers of an older undici, such as those of Node's fetch. */
interface WrapperClass {
  new (dispatcher: Dispatcher): Dispatcher
  wrapHandler: (handler: object) => NewHandler
}

interface NewHandler {
  onResponseStart(controller: { rawHeaders: unknown }, ...rest: unknown[]): void
}

/** `direct` connects to servers, `proxied` through the proxies that the environment names. */
export type AgentKind = 'direct' | 'proxied'

// Files of undici's and not its index. When that is loaded, it replaces the global dispatcher of the
// whole process. It is also three times as much.
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
    // Tunnels are opened with this method, which otherwise the index gives to all dispatchers.
    Object.assign(Base.prototype, { connect })
    // @ts-expect-error as above
    return import('undici/lib/dispatcher/env-http-proxy-agent.js') as Promise<unknown>
  },
}

const options = {
  // The limits of the SDK are the only ones. undici's own, of 300 s, would end what they allow.
  headersTimeout: 0,
  bodyTimeout: 0,
  // As Node's own fetch does it.
  allowH2: false,
  proxyTunnel: true,
}

/** All clients share them, as they share the agent of the global fetch. */
const agents = new Map<AgentKind, Promise<Dispatcher | undefined>>()

/** An agent of an undici newer than Node's own. Undefined, with a warning, where undici is missing. */
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
  const [{ default: Agent }, { default: Wrapper }] = (await Promise.all([
    files[kind](),
    wrapper,
  ])) as [{ default: AgentClass }, { default: WrapperClass }]
  return new (withoutRawHeaders(Wrapper))(new Agent(options))
}

/**
 * A wrapper whose handlers make requests forget their raw headers once these are passed on. A request
 * keeps them until its answer ends, and they are a kibibyte of each open stream.
 */
function withoutRawHeaders(Wrapper: WrapperClass): WrapperClass {
  const Handler = Wrapper.wrapHandler({}).constructor as new (handler: object) => NewHandler
  class LeanHandler extends Handler {
    override onResponseStart(controller: { rawHeaders: unknown }, ...rest: unknown[]): void {
      super.onResponseStart(controller, ...rest)
      controller.rawHeaders = undefined
    }
  }
  return class extends Wrapper {
    override dispatch(request: object, handler: object): boolean {
      const isNew = 'onRequestStart' in handler
      return super.dispatch(request, isNew ? handler : new LeanHandler(handler))
    }
  }
}

function warn(error: unknown): undefined {
  process.emitWarning(
    'undici could not be loaded. Without it an answer can end this process: see docs/node.md',
    { code: 'VECTRADE_UNDICI', detail: error instanceof Error ? error.message : '' },
  )
}
