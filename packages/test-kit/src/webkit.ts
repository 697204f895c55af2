import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { end, endWithThisProcess } from './end-with-this-process.ts'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { type TestBrowser, type TestPage, testPage } from './test-browser.ts'
import { delay } from './delay.ts'

/** Launches WebKitGTK's small browser over WebDriver, on a separate display. */
export async function launchWebKit(): Promise<TestBrowser> {
  const driverFile = await findProgram({
    title: 'WebKit’s driver',
    variable: 'VECTRADE_WEBKIT_DRIVER',
    commands: ['WebKitWebDriver'],
    debianPackage: 'webkit2gtk-driver',
  })
  const displayFile = await findProgram({
    title: 'Xvfb',
    variable: 'VECTRADE_XVFB',
    commands: ['Xvfb'],
    debianPackage: 'xvfb',
  })

  await using processes = new AsyncDisposableStack()
  const display = spawn(displayFile, ['-displayfd', '3', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  processes.defer(() => end(display))
  endWithThisProcess(display)
  const [number] = (await firstOf(display, once(display.stdio[3] as Readable, 'data'))) as [Buffer]

  const port = await freePort()
  const driver = spawn(driverFile, [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      DISPLAY: `:${String(number).trim()}`,
      // Its sandbox needs user namespaces, which containers do not have. There is no GPU either.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      LIBGL_ALWAYS_SOFTWARE: '1',
    },
  })
  processes.defer(() => end(driver))
  endWithThisProcess(driver)
  const server = `http://127.0.0.1:${port}`
  await firstOf(driver, untilReady(server))

  const { sessionId, capabilities } = await command<Session>(server, 'POST', '/session', {
    capabilities: { alwaysMatch: { timeouts: { script: 900_000 } } },
  })
  const session = `${server}/session/${sessionId}`
  // Ends the browser before its display is closed.
  processes.defer(() => command(session, 'DELETE', ''))
  const home = await command<string>(session, 'GET', '/window')
  const running = processes.move()
  return {
    name: 'webkit',
    version: capabilities.browserVersion,
    newPage: () => newPage(session, home),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

interface Session {
  sessionId: string
  capabilities: { browserVersion: string }
}

/** @param home the window that stays open, because a session ends with its last window */
async function newPage(session: string, home: string): Promise<TestPage> {
  await command(session, 'POST', '/window', { handle: home })
  const { handle } = await command<{ handle: string }>(session, 'POST', '/window/new', {
    type: 'window',
  })
  // A session sends commands to one window at a time, so switch to this one first.
  const here = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    await command(session, 'POST', '/window', { handle })
    return command(session, method, path, body)
  }
  return testPage({
    goto: (url) => here('POST', '/url', { url }),
    evaluate: (expression) =>
      here('POST', '/execute/async', { script: `${expression}.then(arguments[0])`, args: [] }),
    close: () => here('DELETE', '/window'),
  })
}

/**
 * Sends a command. `fetch` is not used, because it gives up after 300 s without a response, and a script may take longer.
 *
 * @see https://www.w3.org/TR/webdriver2/#endpoints
 */
async function command<T>(base: string, method: string, path: string, body?: unknown): Promise<T> {
  const sent = request(base + path, { method })
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const { value } = (await json(response)) as { value: unknown }
  if (response.statusCode !== 200)
    throw new Error(`WebKitWebDriver, ${path}: ${JSON.stringify(value)}`)
  return value as T
}

async function untilReady(server: string): Promise<void> {
  for (;;) {
    try {
      await command(server, 'GET', '/status')
      return
    } catch {
      await delay(20)
    }
  }
}

/** Waits for a promise. Rejects if the program ends first. */
async function firstOf<T>(child: ChildProcess, waited: Promise<T>): Promise<T> {
  const ended = once(child, 'exit').then((): never => {
    throw new Error(`${child.spawnfile} ended before it was ready`)
  })
  return Promise.race([waited, ended])
}
