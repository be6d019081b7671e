import { confluenceWebhook, pageIntakeDeps } from "../../build/page-intake.js";

export const POST = confluenceWebhook(pageIntakeDeps);
