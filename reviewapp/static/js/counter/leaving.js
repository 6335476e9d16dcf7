// On the other pages of a collection point: signing out with records that were not sent is warned of.

import { guardLeaving, remembered } from "./device.js";
import { openRecords, unsent } from "./record.js";

const form = document.querySelector(".who form");
const session = remembered();
if (form && session) {
  guardLeaving(form, async () => {
    await openRecords(session.account);
    return unsent();
  });
}
