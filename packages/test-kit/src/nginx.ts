import { programTimeout, type RunningProgram, startProgram } from './start-program.ts'

/** An nginx that belongs to one test. */
export type Nginx = RunningProgram

export const nginxTimeout: number = programTimeout

/**
 * Starts nginx with one server, on a free port.
 *
 * @param server the content of its `server { … }` block without `listen`, such as a `location`
 */
export function startNginx(server: string): Promise<Nginx> {
  return startProgram(
    {
      title: 'nginx',
      variable: 'VECTRADE_NGINX',
      commands: ['nginx'],
      // Debian puts it here. The PATH of many users does not have this folder.
      own: ['/usr/sbin/nginx'],
      debianPackage: 'nginx',
    },
    {
      configuration: (port) => configuration(server, port),
      args: (folder, file) => ['-p', folder, '-e', 'stderr', '-c', file],
      portIsTaken: /bind\(\)/,
    },
  )
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
