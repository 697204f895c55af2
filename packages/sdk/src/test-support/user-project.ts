import { execFile } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BuildOptions, build } from 'esbuild'

const sdk = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** A project outside the workspace. npm has installed the packages in it, as they would be published. */
export class UserProject implements Disposable {
  readonly folder: string
  readonly #parent: string

  private constructor(parent: string) {
    this.#parent = parent
    this.folder = join(parent, 'project')
  }

  /** Packs the built packages and installs them in a new project. */
  static async create(): Promise<UserProject> {
    const project = new UserProject(realpathSync(mkdtempSync(join(tmpdir(), 'vectrade-sdk-'))))
    try {
      await project.#install()
    } catch (error) {
      project[Symbol.dispose]()
      throw error
    }
    return project
  }

  async #install(): Promise<void> {
    const cwd = this.folder
    mkdirSync(cwd)
    this.write('package.json', '{ "type": "module" }')
    const pack = ['--filter-prod=@vectrade/sdk...', 'pack', '--pack-destination', this.#parent]
    await run('pnpm', pack, { cwd: sdk })
    const packages = globSync('*.tgz', { cwd: this.#parent }).map((name) => `../${name}`)
    // Their dependencies are installed from the workspace too, so that no registry is needed.
    const dependencies = ['core/node_modules/eventsource-parser', 'node/node_modules/undici'].map(
      (folder) => realpathSync(join(sdk, '..', folder)),
    )
    const flags = ['--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund']
    const cache = join(this.#parent, 'cache')
    await run('npm', ['install', ...flags, '--cache', cache, ...packages, ...dependencies], {
      cwd,
    })
  }

  /** Writes a file of the project. Returns its path. */
  write(name: string, text: string): string {
    const file = join(this.folder, name)
    writeFileSync(file, text)
    return file
  }

  /** Bundles a module with these options. Returns the code and the names of the bundled files. */
  async bundle(contents: string, options: BuildOptions): Promise<Bundle> {
    const { outputFiles, metafile } = await build({
      stdin: { contents, resolveDir: this.folder },
      absWorkingDir: this.folder,
      format: 'esm',
      platform: 'neutral',
      target: 'es2022',
      ...options,
      bundle: true,
      write: false,
      metafile: true,
    })
    return { code: outputFiles[0]?.text ?? '', files: Object.keys(metafile.inputs) }
  }

  [Symbol.dispose](): void {
    rmSync(this.#parent, { recursive: true, force: true })
  }
}

export interface Bundle {
  code: string
  files: string[]
}
