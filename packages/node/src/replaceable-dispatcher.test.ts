import process from 'node:process'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { replaceableDispatcher } from './replaceable-dispatcher.ts'

const globals = globalThis as unknown as Record<symbol, object | undefined>
const key = Symbol.for('undici.globalDispatcher.1')
const newKey = Symbol.for('undici.globalDispatcher.2')

// Makes Node create its own dispatcher before undici's index creates one.
await fetch('data:,')
const nodesOwn = globals[key] as object
const NodeAgent = nodesOwn.constructor as new (options?: object) => object
const { Agent, Dispatcher1Wrapper, EnvHttpProxyAgent, interceptors, MockAgent, ProxyAgent } =
  await import('undici')

const DerivedAgent = { Agent: class extends Agent {} }.Agent

function choose(dispatcher: object | undefined, newDispatcher?: object): void {
  globals[key] = dispatcher
  globals[newKey] = newDispatcher
}

afterEach(() => {
  choose(nodesOwn, nodesOwn)
  vi.unstubAllEnvs()
})

describe('this dispatcher is replaced:', () => {
  test.for<[string, () => object | undefined, (() => object)?]>([
    ['no dispatcher, before the first fetch', () => undefined],
    ["Node's own dispatcher", () => nodesOwn],
    ['a dispatcher that an older undici creates when it is loaded', () => new Agent()],
    [
      'a dispatcher of undici 8 in a wrapper',
      () => new Dispatcher1Wrapper(new Agent()),
      () => new Agent(),
    ],
  ])('%s', ([, make, makeNew]) => {
    choose(make(), makeNew?.())
    expect(replaceableDispatcher()).toBe('direct')
  })

  test('the dispatcher that NODE_USE_ENV_PROXY creates', () => {
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9')
    choose(new EnvHttpProxyAgent())
    expect(replaceableDispatcher()).toBe('proxied')
  })
})

describe('this dispatcher is not replaced:', () => {
  const configured = { connect: { timeout: 5 } }
  test.for<[string, () => object, (() => object)?]>([
    ['an agent with options', () => new Agent({ connections: 5 })],
    ['an agent with a function as an option', () => new Agent({ connect: () => {} })],
    ['an agent with nested options', () => new Agent(configured)],
    ["an agent of Node's own class with options", () => new NodeAgent(configured)],
    ['an agent with a factory', () => new Agent({ factory: () => new Agent() })],
    ['an agent with interceptors', () => new Agent().compose(interceptors.retry())],
    ['an agent of a derived class with the same name', () => new DerivedAgent()],
    ['a mock', () => new MockAgent()],
    ['a proxy', () => new ProxyAgent('http://127.0.0.1:9')],
    ['an EnvHttpProxyAgent that the program has created', () => new EnvHttpProxyAgent()],
    ['an object with a method', () => ({ dispatch: () => false })],
    [
      'an agent with options in a wrapper',
      () => new Dispatcher1Wrapper(new Agent()),
      () => new Agent(configured),
    ],
  ])('%s', ([, make, makeNew]) => {
    choose(make(), makeNew?.())
    expect(replaceableDispatcher()).toBeUndefined()
  })

  test('a proxy with its own address, with NODE_USE_ENV_PROXY', () => {
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9')
    choose(new EnvHttpProxyAgent({ httpProxy: 'http://127.0.0.1:10' }))
    expect(replaceableDispatcher()).toBeUndefined()
  })
})

test('the agent of every affected Node has the settings that are compared', () => {
  const names = Object.getOwnPropertySymbols(nodesOwn).map((symbol) => symbol.description)
  expect(names, process.version).toEqual(expect.arrayContaining(['options', 'factory']))
})
