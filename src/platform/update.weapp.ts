// A new version that WeChat loaded beside the running one starts now, or the next time WeChat starts the app. Asked by WeChat's
// own dialog: it shows over any page, also over one that is broken.
import { textsIn } from '@/i18n';
import { texts } from '@/i18n/update';
import { getLanguage } from '@/state/settings';

const manager = wx.getUpdateManager?.();

manager?.onUpdateReady(() => {
  const t = textsIn(texts, getLanguage());
  wx.showModal({
    title: t.title,
    content: t.text,
    confirmText: t.restart,
    cancelText: t.later,
    success: ({ confirm }) => confirm && manager.applyUpdate(),
  });
});
