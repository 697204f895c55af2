import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { end, endWithThisProcess } from './end-with-this-process.ts'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { delay } from './within-a-second.ts'

/** An nginx that belongs to one test. */
export interface Nginx extends AsyncDisposable {
  readonly port: number
  /** Its origin, such as `http://127.0.0.1:8080`. */
  readonly origin: string
}

/** ms for a hook that starts nginx. A missing nginx is installed first. */
export const nginxTimeout = 300_000

/**
 * Starts nginx with one server, on a free port.
 *
 * @param server the content of its `server { … }` block without `listen`, such as a `location`
 */
export async function startNginx(server: string): Promise<Nginx> {
  const file = await findProgram({
    title: 'nginx',
    variable: 'VECTRADE_NGINX',
    commands: ['nginx'],
    // Debian puts it here. The PATH of many users does not have this folder.
    own: ['/usr/sbin/nginx'],
    debianPackage: 'nginx',
  })
  const folder = mkdtempSync(join(tmpdir(), 'vectrade-nginx-'))
  let problem = ''
  // nginx cannot choose a port, and another program may take this one first.
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const port = await freePort()
    writeFileSync(join(folder, 'nginx.conf'), configuration(server, port))
    const args = ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf']
    const running = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    endWithThisProcess(running)
    const said = text(running.stderr)
    if (await isListening(running, port)) {
      return {
        port,
        origin: `http://127.0.0.1:${port}`,
        [Symbol.asyncDispose]: async () => {
          await end(running)
          rmSync(folder, { recursive: true, force: true })
        },
      }
    }
    problem = await said
    if (!problem.includes('bind()')) break
  }
  rmSync(folder, { recursive: true, force: true })
  throw new Error(`nginx did not start:\n${problem}`)
}

/**
 * Returns a configuration with one process of this user and with all files in the current folder.
 */
function configuration(server: string, port: number): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
    daemon off;
    master_process off;
    pid nginx.pid;
    events {}
    http {
      access_log off;
      ${folders.map((name) => `${name}_temp_path ${name};`).join(' ')}
      server {
        listen 127.0.0.1:${port};
        ${server}
      }
    }`
}

async function isListening(running: ChildProcess, port: number): Promise<boolean> {
  while (running.exitCode === null && running.signalCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    // If this nginx has ended, the port belongs to another program.
    if (isOpen) return running.exitCode === null
    await delay(20)
  }
  return false
}
