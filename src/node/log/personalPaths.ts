import { homedir } from 'node:os'

/** Folders that hold people's home folders, each followed by a name. */
const homes = /((?:[A-Za-z]:)?[\\/]+(?:home|Users)[\\/]+)([^\\/\s'":]+)/g

/** A text without people's names in its paths: the home folder is `~`, that of somebody else `/home/<user>`. */
export function withoutPersonalPaths(text: string, home: string = homedir()): string {
  const forms = [home, home.replaceAll('\\', '\\\\'), encodeURI(home)].filter(({ length }) => length > 1)
  const atHome = forms.reduce((result, form) => result.replaceAll(form, '~'), text)
  return atHome.replace(homes, (_, folder: string) => `${folder}<user>`)
}
