//! The pages that end a sign-in at an identity provider: one that goes on, one that says why not and what to do.
//!
//! Invariants: no script; what comes from outside is escaped; both languages, since nobody is known yet whose language it
//! could be. The page that goes on is of this origin on purpose: the navigation that follows is this site's own, so that the
//! browser shows the strict cookie of the session at once, to pages that the server writes, too.
//! Deliberately absent: which of the provider's checks failed; that stands in the log.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use om_infra::oidc::Name;

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str = "body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:10vh auto;padding:0 1rem;color:#1f1f1f}\
                     a{color:#0958d9}";

/// Why nobody was let in, as it is shown.
pub(super) enum Refused {
    NoProvider,
    NotBegun,
    NotTaken,
    Declined,
    Silent,
    /// Nobody of the directory; as whom they would have come in, if it can be said.
    NoAccount(Option<String>),
    /// Of one address.
    TooMany,
    /// Our side.
    Later,
}

impl Refused {
    /// By which the console's sign-in page knows it.
    fn code(&self) -> &'static str {
        match self {
            Self::NoProvider => "no-provider",
            Self::NotBegun => "not-begun",
            Self::NotTaken => "not-taken",
            Self::Declined => "declined",
            Self::Silent => "silent",
            Self::NoAccount(_) => "no-account",
            Self::TooMany | Self::Later => "later",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::NoProvider => StatusCode::NOT_FOUND,
            Self::NotBegun | Self::NotTaken => StatusCode::BAD_REQUEST,
            Self::Declined | Self::NoAccount(_) => StatusCode::FORBIDDEN,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Silent | Self::Later => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// What it says and what to do, Chinese and English.
    fn words(&self, provider: Option<&Name>) -> (String, String) {
        let (zh, en) =
            provider.map_or(("统一身份认证", "the identity provider"), |name| (&name.zh, &name.en));
        match self {
            Self::NoProvider => (
                "本系统没有配置这一身份认证方式。请返回登录页，选择页面上列出的方式。".into(),
                "There is no such identity provider here. Go back and choose one of the ways that the sign-in page lists.".into(),
            ),
            Self::NotBegun => (
                "这次登录不是从本浏览器发起的，或已超过十分钟、已使用过。请返回登录页重新登录。".into(),
                "This sign-in was not begun in this browser, was begun more than ten minutes ago, or was used already. Go back and \
                 sign in again."
                    .into(),
            ),
            Self::NotTaken => (
                format!("{zh}的应答未通过校验，没有登录。请返回登录页重试；如再次出现，请联系系统管理员。"),
                format!("What {en} answered did not stand up to the checks, so nobody was signed in. Go back and try again; if it \
                         happens again, tell the administrator."),
            ),
            Self::Declined => (
                format!("{zh}没有同意登录，或您取消了登录。请返回登录页重试，或改用密码登录。"),
                format!("{en} did not agree, or you cancelled. Go back and try again, or use a password."),
            ),
            Self::Silent => (
                format!("{zh}暂时没有应答。请稍后再试，或改用密码登录；已登录的人不受影响。"),
                format!("{en} does not answer now. Try again in a moment, or use a password; whoever is signed in stays so."),
            ),
            Self::NoAccount(who) => {
                let named = who.as_ref().map(|who| format!(" ({who})")).unwrap_or_default();
                (
                    format!("身份已核实，但县人员名录中没有您的账号{named}。请联系县管理员在人员名录中登记后再登录。"),
                    format!("You are known there, but the county's directory has no account for you{named}. Ask the county's \
                             administrator to enter it in the directory, then sign in again."),
                )
            }
            Self::TooMany => (
                "从您所在网络发起的登录过多。请一分钟后再试。".into(),
                "Too many sign-ins come from your network. Try again in a minute.".into(),
            ),
            Self::Later => (
                "服务器暂时无法完成登录。请稍后再试。".into(),
                "The server cannot complete the sign-in now. Try again in a moment.".into(),
            ),
        }
    }
}

/// Goes on to a path of this server.
pub(super) fn go_on(back: &str) -> Response {
    let back = escaped(back);
    let head = format!("<meta http-equiv=\"refresh\" content=\"0;url={back}\">");
    let body = format!(
        "<p lang=\"zh-CN\">已登录。<a href=\"{back}\">继续</a></p><p>Signed in. <a href=\"{back}\">Go on</a></p>"
    );
    page(StatusCode::OK, &head, &body)
}

/// Says why nobody was let in, and what to do.
pub(super) fn refused(why: &Refused, provider: Option<&Name>) -> Response {
    let (zh, en) = why.words(provider);
    let back = format!("/?sign-in={}", why.code());
    let body = format!(
        "<h1>没有登录 · Not signed in</h1><p lang=\"zh-CN\">{}</p><p>{}</p><p><a href=\"{back}\">返回登录页 · Back to the sign-in \
         page</a></p>",
        escaped(&zh),
        escaped(&en)
    );
    page(why.status(), "", &body)
}

fn page(status: StatusCode, head: &str, body: &str) -> Response {
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\">{head}<title>一件事 One Matter</title><style>{STYLE}</style></head><body><main>{body}\
         </main></body></html>"
    );
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    super::respond::harden(response.headers_mut());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_what_to_do_in_both_languages_and_escapes() {
        let name = Name { zh: "<县>".into(), en: "\"County\"".into() };
        let all = [
            Refused::NoProvider,
            Refused::NotBegun,
            Refused::NotTaken,
            Refused::Declined,
            Refused::Silent,
            Refused::NoAccount(Some("<b>@530322".into())),
            Refused::TooMany,
            Refused::Later,
        ];
        for why in all {
            let (zh, en) = why.words(Some(&name));
            assert!(
                zh.contains('请')
                    && (en.contains("Go back") || en.contains("Try again") || en.contains("Ask")),
                "{en}"
            );
            assert!(why.status().is_client_error() || why.status().is_server_error());
        }
        assert_eq!(escaped("<'\"&>"), "&lt;&#39;&quot;&amp;&gt;");
    }
}
