/** Parts shared by the front ends: colours, icons, sheets. Knows nothing of contracts. */
import 'vant/es/style/base.css';
import 'vant/es/overlay/index.css';
import 'vant/es/popup/index.css';
import 'vant/es/loading/index.css';
import 'vant/es/button/index.css';
import './theme.css';

// Styles are imported one by one: the bundled ones pull in an icon font from a foreign host.
export { Button as AppButton, Loading as AppLoading } from 'vant';
export { default as AppIcon } from './AppIcon.vue';
export { default as SheetPanel } from './SheetPanel.vue';
export { useContainedFocus } from './useContainedFocus';
export { useWideScreen } from './useWideScreen';
export type { IconName } from './iconPaths';
