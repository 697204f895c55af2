import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { addChecks } from './checks.ts'
import type { Example } from './extract.ts'

/** The libraries of a user's project. `dom` is the compiler's default. `node` is what Node projects set. */
export const libraries = {
  node: ['ES2023', 'ESNext.Disposable'],
  dom: ['ES2023', 'ESNext.Disposable', 'DOM'],
} as const

/** The names of Deno that examples use. Deno's own types and those of Node do not go together. */
const denoTypes = `declare const Deno: {
  createHttpClient(options: {
    proxy?: { url: string }
    cert?: string
    key?: string
    caCerts?: string[]
  }): object
}
`

export interface ProjectOptions {
  /** The name of the folder. Test files that run at the same time need different ones. */
  name: string
  library: keyof typeof libraries
}

/** A project like a user's, with the examples as files. It is below `docs`, so that packages resolve. */
export class ExampleProject {
  readonly folder: string
  readonly #examples: readonly Example[]
  readonly #options: ProjectOptions

  constructor(examples: readonly Example[], options: ProjectOptions) {
    this.#examples = examples
    this.#options = options
    this.folder = join(import.meta.dirname, '../.examples', options.name)
    rmSync(this.folder, { recursive: true, force: true })
    mkdirSync(join(this.folder, 'run'), { recursive: true })
    for (const example of examples) {
      // With these empty lines, errors of the compiler and the runtime have the line of the page.
      const above = '\n'.repeat(example.line - 1)
      writeFileSync(join(this.folder, fileName(example)), `${above}${example.code}\n`)
      writeFileSync(this.runFile(example), `${above}${addChecks(example.code).code}\n`)
    }
    writeFileSync(join(this.folder, 'deno.d.ts'), denoTypes)
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify(this.#config()))
  }

  /** Returns the file of the example that is run. */
  runFile(example: Example): string {
    return join(this.folder, 'run', fileName(example))
  }

  /** Returns the errors of the compiler for each example; `''` for none. */
  async typeErrors(): Promise<Map<Example, string>> {
    const output = await compile(this.folder)
    const errors = new Map(this.#examples.map((example) => [example, '']))
    const byFile = new Map(this.#examples.map((example) => [fileName(example), example]))
    // An indented line belongs to the error before it.
    for (const error of output.split(/\n(?! )/).filter((line) => line.trim() !== '')) {
      const file = /^[^(]*/.exec(error)?.[0] ?? ''
      // The packages check their own sources. Users have declarations instead. Those of `ai` have errors.
      if (file.includes('/packages/') || file.includes('/node_modules/')) continue
      const example = byFile.get(file)
      if (example === undefined) throw new Error(`The compiler says: ${error}`)
      const [, line, rest] = /\((\d+),\d+\): (.*)/s.exec(error) ?? []
      errors.set(example, `${errors.get(example)}${example.file}:${line}: ${rest}\n`)
    }
    return errors
  }

  #config(): unknown {
    return {
      extends: '../../../.config/tsconfig.json',
      files: [...this.#examples.map(fileName), 'deno.d.ts'],
      include: [],
      compilerOptions: {
        rootDir: '.',
        noEmit: true,
        // Examples need no declarations.
        declaration: false,
        declarationMap: false,
        isolatedDeclarations: false,
        // Examples may declare a name only for the reader.
        noUnusedLocals: false,
        types: ['node'],
        lib: libraries[this.#options.library],
      },
    }
  }
}

function fileName({ file, line }: Example): string {
  return `${file.replaceAll(/[/.]/g, '-')}-${line}.ts`
}

function compile(folder: string): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
  const tsc = join(dirname(manifest), 'bin/tsc')
  return new Promise((resolve) => {
    const args = [tsc, '--pretty', 'false', '-p', '.']
    // The exit code says nothing more than the output.
    execFile(process.execPath, args, { cwd: folder }, (_, stdout, stderr) => {
      resolve(stdout + stderr)
    })
  })
}
