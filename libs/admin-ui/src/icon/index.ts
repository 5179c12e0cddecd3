export { Icon } from './icon';
export { ICONS, type IconName } from './icons';
