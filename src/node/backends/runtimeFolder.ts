import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where native runtimes are installed: $NNOPT_RUNTIME, or the platform's user data folder. */
export function runtimeFolder(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  return environment['NNOPT_RUNTIME'] ?? join(dataFolder(environment, platform, home), 'nnopt', 'runtime')
}

function dataFolder(environment: Environment, platform: NodeJS.Platform, home: string): string {
  if (platform === 'win32') return environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support')
  return environment['XDG_DATA_HOME'] ?? join(home, '.local', 'share')
}
