/** A `Dispatcher` of undici. With undici's own types, our users' compilers would depend on undici. */
interface Dispatcher {
  dispatch(request: object, handler: object): boolean
}

type AgentClass = new (settings: typeof options) => Dispatcher

/** Translates for the handlers of an older undici, such as those of Node's fetch. */
interface WrapperClass {
  new (dispatcher: Dispatcher): Dispatcher
  wrapHandler: (handler: object) => object
}

type ResponseHeaders = Record<string, string | string[] | undefined>

/** Passes everything on to the handler that it was made with. */
type DecoratorClass = new (handler: object) => {
  onResponseStart(
    controller: { rawHeaders: unknown },
    status: number,
    headers: ResponseHeaders,
    ...rest: unknown[]
  ): void
}

/** `direct` connects to servers, `proxied` through the proxies that the environment names. */
export type AgentKind = 'direct' | 'proxied'

// These are undici's files, not its index. Loading the index replaces the global dispatcher of the whole
// process. The index is also three times as large.
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
    // This method opens tunnels. Usually undici's index adds it to all dispatchers.
    Object.assign(Base.prototype, { connect })
    // @ts-expect-error as above
    return import('undici/lib/dispatcher/env-http-proxy-agent.js') as Promise<unknown>
  },
}

const options = {
  // Only the limits of the SDK apply. undici's own limits of 300 s could end a call before them.
  headersTimeout: 0,
  bodyTimeout: 0,
  // Like Node's own fetch.
  allowH2: false,
  proxyTunnel: true,
}

/** All clients share these agents, as they share the agent of the global fetch. */
const agents = new Map<AgentKind, Promise<Dispatcher | undefined>>()

/** Returns an agent of an undici newer than Node's own. If undici is missing, warns and returns undefined. */
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
  return new (guarding(Wrapper, Decorator))(new Agent(options))
}

/** As many as Node's fetch takes. */
const mostCodings = 5

/**
 * A wrapper that guards the requests of Node's fetch.
 *
 * - It refuses a response with too many content codings and closes its connection. Node's fetch only
 *   rejects: the connection stays open, and when it ends, that ends the process.
 * - It makes a request forget its raw headers once these are passed on. Otherwise they are kept until the
 *   answer ends, and they are a kibibyte of each open stream.
 */
function guarding(Wrapper: WrapperClass, Decorator: DecoratorClass): WrapperClass {
  class GuardedHandler extends Decorator {
    override onResponseStart(
      controller: { rawHeaders: unknown },
      status: number,
      headers: ResponseHeaders,
      ...rest: unknown[]
    ): void {
      const codings = String(headers['content-encoding'] ?? '').split(',').length
      if (codings > mostCodings) throw new Error(`The response has ${codings} content codings`)
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
    'undici could not be loaded. Without it, a response can end this process: see docs/platforms.md',
    { code: 'VECTRADE_UNDICI', detail: error instanceof Error ? error.message : '' },
  )
}
