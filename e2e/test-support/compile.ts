import type { Outcome, UserProject } from './user-project.ts'

/** A version of TypeScript. 6 is `typescript` in `node_modules`, which frameworks use. The others are `ts5.6` and so on. */
export type TypeScript = '4.9' | '5.5' | '5.6' | '5.9' | '6' | '7'

export type CompilerOptions = Record<string, string | boolean | readonly string[]>

/** A way to resolve packages. */
export type Resolution = 'node16' | 'nodenext' | 'bundler' | 'node10'

/** The options in `tsconfig.json` for each resolution. */
export const resolutions: Record<Resolution, CompilerOptions> = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  node10: { module: 'commonjs', moduleResolution: 'node10' },
}

/** All options that a strict project may have switched on. */
export const strictest: CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  isolatedModules: true,
  skipLibCheck: false,
}

let configurations = 0

/** Compiles files of a project, without output. */
export function compile(
  project: UserProject,
  version: TypeScript,
  resolution: Resolution,
  options: CompilerOptions,
  files: readonly string[],
): Promise<Outcome> {
  const config = {
    files,
    compilerOptions: {
      noEmit: true,
      target: 'es2022',
      ...resolutions[resolution],
      // This option forbids ES modules in a file that becomes CommonJS.
      ...(resolution !== 'node10' && version !== '4.9' && { verbatimModuleSyntax: true }),
      ...(resolution === 'node10' && version === '6' && { ignoreDeprecations: '6.0' }),
      ...options,
    },
  }
  // Each compilation has its own file, because several run at the same time.
  const name = `tsconfig.${(configurations += 1)}.json`
  project.write(name, config)
  const folder = version === '6' ? 'typescript' : `ts${version}`
  return project.runModule(`${folder}/bin/tsc`, ['--pretty', 'false', '-p', name])
}
