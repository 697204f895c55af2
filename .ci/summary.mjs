// Adds up the test reports of all packages, and prints the count as the last line.
// Arguments: the exit code of the test command, then the name of every other step that failed.
// Runs on the machine's own Node, 20 or newer.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [testStatus, ...failedSteps] = process.argv.slice(2)
const failures = []
let passed = 0
let failed = 0

// The packages of the workspace, and e2e, which is outside of it.
for (const folder of [...workspaceFolders(), 'e2e']) {
  const manifest = readJson(join(root, folder, 'package.json'))
  if (manifest?.scripts?.test === undefined) continue
  const report = readJson(join(root, folder, '.vitest/report.json'))
  if (report === undefined) {
    failures.push(`no test report: ${folder}`)
    continue
  }
  passed += report.numPassedTests
  failed += report.numFailedTests
  const files = report.testResults ?? []
  for (const { fullName, status, failureMessages } of files.flatMap(
    (file) => file.assertionResults,
  )) {
    if (status !== 'failed') continue
    console.log(`failed: ${folder}: ${fullName}`)
    // Repeats the failure here, because readers of a long log see only its end.
    for (const message of failureMessages) console.log(`  ${message.split('\n    at ')[0]}`)
  }
  // A file that did not load has no tests to count.
  const broken = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  failures.push(...broken.map((file) => `did not run: ${file.name}`))
  if (report.numTotalTests + broken.length === 0) failures.push(`no tests: ${folder}`)
}

// A failed test is already counted. An exit code without a failed test is one more failure.
if (testStatus !== '0' && failed + failures.length === 0) {
  failures.push(`failed: the test command, with exit code ${testStatus}`)
}
failures.push(...failedSteps.map((step) => `failed: ${step}`))

for (const failure of failures) console.log(failure)
console.log(`${passed} passed, ${failed + failures.length} failed`)
process.exitCode = failed + failures.length === 0 && passed > 0 ? 0 : 1

/** Returns the folders that pnpm-workspace.yaml lists as `folder` or `folder/*`. */
function workspaceFolders() {
  const list = /^packages:\n((?: +- .+\n)+)/m.exec(
    readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'),
  )
  return list[1]
    .match(/[\w./*-]+$/gm)
    .flatMap((pattern) =>
      pattern.endsWith('/*')
        ? readFolders(pattern.slice(0, -2)).map((name) => join(pattern.slice(0, -2), name))
        : [pattern],
    )
}

function readFolders(folder) {
  return existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}
