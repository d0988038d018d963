// On the sign-in page: pages kept on this device for work without a connection belong to whoever was signed in before.
if ("caches" in window) caches.delete("inspection-pages").catch(() => {});
