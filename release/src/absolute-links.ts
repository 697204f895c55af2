import { posix } from 'node:path'

export interface LinkBase {
  /** The repository's page: `https://github.com/owner/name`. */
  page: string
  /** The folder of the Markdown file, from the repository's root; `''` for the root. */
  directory: string
}

/**
 * Makes the relative links of a Markdown file absolute, so that they work without the repository: on
 * npm, on JSR and in `node_modules`. Links inside the page, code and absolute links stay as they are.
 * `HEAD` is the default branch, whatever its name.
 */
export function absoluteLinks(markdown: string, { page, directory }: LinkBase): string {
  return mapRelativeLinks(markdown, (link, isImage) => {
    const [path = '', ...heading] = link.split(/(?=[?#])/)
    const file = path.startsWith('/') ? path.slice(1) : posix.join(directory, path)
    if (file.startsWith('..')) throw new Error(`The link to ${link} leaves the repository.`)
    return `${page}/${isImage ? 'raw' : 'blob'}/HEAD/${file}${heading.join('')}`
  })
}

/** Returns the links of a Markdown file that lead nowhere without its repository. */
export function relativeLinks(markdown: string): string[] {
  const links: string[] = []
  mapRelativeLinks(markdown, (link) => {
    links.push(link)
    return link
  })
  return links
}

type Change = (link: string, isImage: boolean) => string

function mapRelativeLinks(markdown: string, change: Change): string {
  const image = /(!\[[^\]]*\]\()(<[^>]*>|[^)\s]+)/g
  // The text of a link may contain brackets, or an image.
  const link = /((?<!!)\[(?:[^[\]\\]|\\.|!?\[[^\]]*\](?:\([^)]*\))?)*\]\()(<[^>]*>|[^)\s]+)/g
  const definition = /^( {0,3}\[[^\]]+\]:\s*)(<[^>]*>|\S+)/gm
  const attribute = /(<[a-z][^>]*?\s(href|src)=)(["'])(.*?)\3/gi
  return outsideCode(markdown, (text) =>
    text
      .replace(image, (_, start: string, target: string) => start + changed(target, change, true))
      .replace(link, (_, start: string, target: string) => start + changed(target, change, false))
      .replace(
        definition,
        (_, start: string, target: string) => start + changed(target, change, namesImage(target)),
      )
      .replace(
        attribute,
        (_, start: string, name: string, quote: string, target: string) =>
          start + quote + changed(target, change, name.toLowerCase() === 'src') + quote,
      ),
  )
}

function changed(target: string, change: Change, image: boolean): string {
  if (target.startsWith('<')) return `<${changed(target.slice(1, -1), change, image)}>`
  // `https:`, `mailto:`, another host, a heading of the same page.
  const isAbsolute = /^(?:[a-z][a-z\d+.-]*:|\/\/|#|$)/i.test(target)
  return isAbsolute ? target : change(target, image)
}

function namesImage(target: string): boolean {
  return /\.(?:png|jpe?g|gif|svg|webp|avif)>?$/i.test(target)
}

const codeBlock = String.raw`^ {0,3}(\`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[\`~]*[^\S\n]*$|$(?![\s\S]))`
const codeSpan = String.raw`(?<!\`)(\`+)(?!\`)[\s\S]*?[^\`]\2(?!\`)`

/** Changes the text outside of fenced blocks and code spans. Code in the text of a link stays. */
function outsideCode(markdown: string, change: (text: string) => string): string {
  const code: string[] = []
  const masked = markdown.replace(new RegExp(`${codeBlock}|${codeSpan}`, 'gm'), (part) => {
    code.push(part)
    // A character that no text contains, because Unicode reserves it for private use.
    return `\uE000${code.length - 1}\uE000`
  })
  return change(masked).replace(
    /\uE000(\d+)\uE000/g,
    (_, index: string) => code[Number(index)] ?? '',
  )
}
