import { type RunningProgram, startProgram } from './start-program.ts'

/**
 * Starts HAProxy with one frontend, on a free port.
 *
 * @param settings the sections `defaults` and `backend`; the backend is named `vectrade`
 */
export function startHAProxy(settings: string): Promise<RunningProgram> {
  return startProgram(
    {
      title: 'HAProxy',
      variable: 'VECTRADE_HAPROXY',
      commands: ['haproxy'],
      // Debian puts it here. The PATH of many users does not have this folder.
      own: ['/usr/sbin/haproxy'],
      debianPackage: 'haproxy',
    },
    {
      configuration: (port) => `${settings}
frontend test
  bind 127.0.0.1:${port}
  default_backend vectrade
`,
      args: (_, file) => ['-db', '-f', file],
      portIsTaken: /cannot bind/i,
    },
  )
}
