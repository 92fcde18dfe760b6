// A clock that goes on while the page is in the background: a page's own timers are slowed there.
setInterval(() => postMessage(0), 2000);
