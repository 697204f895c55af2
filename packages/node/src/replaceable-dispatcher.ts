import type { AgentKind } from './agents.ts'

type Properties = Record<PropertyKey, unknown>

/** The keys under which undici stores the global dispatcher. undici 8 uses `.2` and puts a wrapper at `.1`. */
const legacyKey = Symbol.for('undici.globalDispatcher.1')
const key = Symbol.for('undici.globalDispatcher.2')

/** The names of the symbols under which undici stores a dispatcher's settings. */
const settings: ReadonlySet<string | undefined> = new Set([
  'options',
  'factory',
  'no proxy agent',
  'http proxy agent',
  'https proxy agent',
  'proxy agent options',
  'proxy headers',
  'request tls settings',
  'proxy tls settings',
  'tunnel proxy',
])

/** Whether a dispatcher has default settings, for each dispatcher that was checked before. */
const checked = new WeakMap<object, boolean>()

/**
 * Returns the kind of agent that can replace the dispatcher of the global fetch. Returns undefined if the
 * program has set its own dispatcher, which must stay in use: a mock, or a dispatcher with options or of
 * another class.
 */
export function replaceableDispatcher(): AgentKind | undefined {
  const globals = globalThis as unknown as Record<symbol, object | undefined>
  let dispatcher = globals[legacyKey]
  if (dispatcher?.constructor.name === 'Dispatcher1Wrapper') dispatcher = globals[key]
  // Node creates its dispatcher when its fetch is first used.
  if (dispatcher === undefined) return 'direct'
  const { name } = dispatcher.constructor
  const isProxied = name === 'EnvHttpProxyAgent' && usesEnvProxy()
  if (!isProxied && name !== 'Agent') return undefined
  // Interceptors can replace this method at any time, so it is compared on each call.
  const { dispatch } = dispatcher.constructor.prototype as Properties
  if ((dispatcher as Properties)['dispatch'] !== dispatch) return undefined
  let isDefault = checked.get(dispatcher)
  if (isDefault === undefined) {
    isDefault = hasDefaults(dispatcher)
    checked.set(dispatcher, isDefault)
  }
  if (!isDefault) return undefined
  return isProxied ? 'proxied' : 'direct'
}

/** Returns whether Node itself uses a dispatcher that reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY. */
function usesEnvProxy(): boolean {
  const { execArgv, env } = process
  const flags = [...execArgv, env['NODE_OPTIONS'] ?? ''].join(' ')
  return Boolean(env['NODE_USE_ENV_PROXY']) || flags.includes('--use-env-proxy')
}

/** Returns whether a dispatcher has the settings that its class has without options. */
function hasDefaults(dispatcher: object): boolean {
  const Class = dispatcher.constructor as new () => object
  // The program may have derived its own class from one of undici's.
  if ((Object.getPrototypeOf(Class) as { name?: string }).name !== 'DispatcherBase') return false
  try {
    return areAlike(dispatcher, new Class())
  } catch {
    // undici's two classes need no options, so this is another class.
    return false
  }
}

function areAlike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (!isObject(one) || !isObject(other) || one.constructor !== other.constructor) return false
  const names = settingsOf(one)
  return (
    names.length === settingsOf(other).length &&
    // Two empty objects are alike. Two different functions are not.
    typeof one === 'object' &&
    names.every((name) => areAlike((one as Properties)[name], (other as Properties)[name]))
  )
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** Returns the settings of a dispatcher, or all keys of a plain object. */
function settingsOf(value: object): PropertyKey[] {
  const names = Reflect.ownKeys(value)
  if (Object.getPrototypeOf(value) === Object.prototype) return names
  return names.filter((name) => typeof name === 'symbol' && settings.has(name.description))
}
