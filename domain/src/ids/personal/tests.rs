use super::{Personal::*, is_credit_code, personal};
use crate::ids::{ApplicantId, LegalText, OfficerId};
use proptest::prelude::*;

/// With its check digit; the people do not exist.
fn resident_number(province: u32, rest: u32, (year, month, day): (u32, u32, u32), serial: u32) -> String {
    let body = format!("{province:02}{rest:04}{year:04}{month:02}{day:02}{serial:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(c, w)| c.to_digit(10).unwrap() * w).sum();
    format!("{body}{}", "10X98765432".chars().nth((sum % 11) as usize).unwrap())
}

/// With both its check characters.
fn credit_code(kind: &str, division: u32, organisation: u32) -> String {
    let organisation = format!("{organisation:08}");
    let of = |text: &str, weights: &[u32]| -> u32 {
        text.chars().zip(weights).map(|(c, w)| u32::try_from(SIGNS.find(c).unwrap()).unwrap() * w).sum()
    };
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let check = match (11 - of(&organisation, &[3, 7, 9, 10, 5, 8, 4, 2]) % 11) % 11 {
        10 => "X".to_owned(),
        check => check.to_string(),
    };
    let body = format!("{kind}{division:06}{organisation}{check}");
    let weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let last = (31 - of(&body, &weights) % 31) % 31;
    format!("{body}{}", SIGNS.chars().nth(last as usize).unwrap())
}

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap() } else { c })
        .collect()
}

fn chinese(text: &str) -> String {
    let digit = |c: char| c.to_digit(10).and_then(|d| "〇一二三四五六七八九".chars().nth(d as usize));
    text.chars().map(|c| digit(c).unwrap_or(c)).collect()
}

#[test]
fn numbers_are_found_however_they_are_written() {
    let id = resident_number(53, 322, (1985, 3, 17), 12);
    for text in [
        id.clone(),
        format!("身份证{id}，请核"),
        full_width(&id),
        id.to_lowercase(),
        "530322850317012".into(),
        format!("{} {} {}", &id[..6], &id[6..14], &id[14..]),
        format!("{}-{}-{}-{}", &id[..6], &id[6..10], &id[10..14], &id[14..]),
        format!("证号 {}.{}.{}", &id[..6], &id[6..14], &id[14..]),
        id.chars().map(String::from).collect::<Vec<_>>().join(" "),
        id.chars().map(String::from).collect::<Vec<_>>().join(" · "),
        chinese(&id),
        "110105 19491231 002X".into(),
        "110105 19491231 002 x".into(),
        format!("身份证:{id}/13812345678"),
        format!("身份证1.{id}"),
        format!("({}){}", &id[..6], &id[6..]),
        format!("{}\n{}", &id[..6], &id[6..]),
        format!("身份证编号{id}"),
    ] {
        assert_eq!(personal(&text), Some(ResidentNumber), "{text}");
    }
    for text in [
        "13800138000",
        "电话13800138000。",
        "请联系 138 0013 8000 3 人",
        "138-0013-8000",
        "138-00138000",
        "1380013 8000",
        "+8613800138000",
        "+86 138 0013 8000",
        "0086-13800138000",
        "86 13800138000",
        "１３８００１３８０００",
        "１３８　００１３　８０００",
        "tel:13800138000",
        "13800138000-",
        "138.0013.8000",
        "138/0013/8000",
        "138_0013_8000",
        "138·0013·8000",
        "138 - 0013 - 8000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "1380 0138 000",
        "①③⑧⓪⓪①③⑧⓪⓪⓪",
        "联系人①13800138000",
        "一三八〇〇一三八〇〇〇",
        "壹叁捌零零壹叁捌零零零",
        "𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎",
        "手机13800138000号",
        "电话13812345678/13912345678",
        "Tel:13812345678/0874-6221234",
        "李四_13812345678",
        "13812345678-1",
        "1.13812345678",
        "(138)12345678",
        "138,1234,5678",
        "1381234\n5678",
        "电话：13812345678元",
        "13800138000号码",
    ] {
        assert_eq!(personal(text), Some(MobileNumber), "{text}");
    }
}

#[test]
fn what_is_no_persons_number_passes() {
    for text in [
        "2307-530322-04-01-280002",
        "陆自然资罚〔2023〕13800138000号",
        "投资 13800138000 元",
        "13800138000.00",
        "1380013.8000",
        "138.00138000",
        "2026-11-27 2026-11-28 10",
        "二〇二六年十一月二十七日",
        "施工许可证编号530322202307151801，合同工期300日历天。",
        "施工许可证530322202308092401已核发",
        "530322202308092401",
        "编号530322201101234",
        "530322201101234",
        "图号 138-1234-5678",
        "测点 138.0013.8000",
        "金额￥18600000000",
        "约18600000000余元",
        "人民币18600000000圆",
        "13800000000 m3",
        "13800000000株",
        "受理号13812345678",
        "流水号：13812345678",
        "经度103.13812345678，纬度25.13812345678",
        "第一三八〇号",
        "1、3、8、0、0、1、3、8、0、0、0",
        "面积13800138000平方米",
        "1,3800138000",
        "宗地 530322001002GB00017",
        "530322198503170130000",
        "1998-05-01 123",
        "2023-07-05 至 2023-07-12",
        "0874-6822345",
        "12345678901",
        "138 001 38000",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "5f0c2c3e-8d3e-4a51-9b3c-13800138000a",
        "",
    ] {
        assert_eq!(personal(text), None, "{text}");
    }
    let mut wrong = resident_number(53, 322, (1985, 3, 17), 12);
    let last = if wrong.ends_with('1') { '2' } else { '1' };
    wrong.pop();
    wrong.push(last);
    assert_eq!(personal(&wrong), None, "a check digit that is wrong");
}

#[test]
fn an_id_is_no_place_for_a_number_either() {
    for text in
        ["zhang-san-13812345678", "530322199003074515", "wang-wu-530322199003074515", "a-13812345678-b"]
    {
        assert!(text.parse::<ApplicantId>().is_err() && text.parse::<OfficerId>().is_err(), "{text}");
        let recorded: ApplicantId = serde_json::from_value(text.into()).unwrap();
        assert_eq!(recorded.as_str(), text, "what is recorded is read");
    }
    for text in ["luliang-city-investment", "91530322ma6k12345x", "wa-officer-1", "villager-20230715"] {
        assert!(text.parse::<ApplicantId>().is_ok(), "{text}");
    }
}

#[test]
fn a_legal_text_with_a_persons_number_is_refused_without_repeating_it_and_a_recorded_one_is_read() {
    let text = "联系人电话 13800138000";
    let refused = text.parse::<LegalText>().unwrap_err();
    assert_eq!(refused.personal, Some(MobileNumber));
    let said = refused.to_string();
    assert!(said.contains("手机号") && said.contains("putText") && !said.contains("13800138000"), "{said}");
    let recorded: LegalText = serde_json::from_value(text.into()).unwrap();
    assert_eq!(recorded.as_str(), text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_resident_number_is_found(
        rest in 0u32..10_000, year in 1900u32..2014, month in 1u32..13, day in 1u32..29, serial in 0u32..1_000,
    ) {
        let id = resident_number(53, rest, (year, month, day), serial);
        // a number that checks both ways may be either
        prop_assume!(!is_credit_code(&id.chars().collect::<Vec<_>>()));
        prop_assert_eq!(personal(&format!("持证人{id}。")), Some(ResidentNumber));
    }

    #[test]
    fn every_mobile_number_is_found(second in 3u32..10, rest in 0u32..1_000_000_000) {
        let number = format!("1{second}{rest:09}");
        for text in [
            number.clone(),
            full_width(&number),
            chinese(&number),
            format!("{} {} {}", &number[..3], &number[3..7], &number[7..]),
            format!("{}.{}.{}", &number[..3], &number[3..7], &number[7..]),
        ] {
            prop_assert_eq!(personal(&text), Some(MobileNumber));
        }
    }

    #[test]
    fn no_project_code_is_taken_for_one(
        when in 1501u32..3000, division in 110_000u32..660_000, industry in 0u32..100, kind in 0u32..100, serial in 0u32..1_000_000,
    ) {
        let code = format!("{when:04}-{division}-{industry:02}-{kind:02}-{serial:06}");
        prop_assert_eq!(personal(&code), None);
        prop_assert_eq!(personal(&full_width(&code)), None);
    }

    #[test]
    fn no_credit_code_is_taken_for_one(
        kind in prop::sample::select(vec!["11", "12", "13", "19", "51", "52", "53", "59", "91", "92", "93"]),
        province in prop::sample::select(vec![11u32, 13, 33, 37, 41, 42, 43, 44, 50, 51, 52, 53, 54]),
        rest in prop::sample::select(vec![319u32, 320, 119, 120, 322, 100]),
        organisation in 0u32..100_000_000,
    ) {
        let code = credit_code(kind, province * 10_000 + rest, organisation);
        prop_assert!(is_credit_code(&code.chars().collect::<Vec<_>>()));
        prop_assert_eq!(personal(&code), None);
    }

    #[test]
    fn no_document_number_amount_or_parcel_is_taken_for_one(
        year in 1990u32..2030, number in 1u32..100_000, amount in 0u64..100_000_000_000, parcel in 0u32..100_000, lot in 0u64..1_000_000_000_000,
    ) {
        for text in [
            format!("陆自然资许〔{year}〕{number}号"),
            format!("概算{amount}元"),
            format!("{amount}.50万元"),
            format!("{lot:012}GB{parcel:05}"),
            format!("{year}-{:02}-{:02}", number % 12 + 1, number % 28 + 1),
            format!("0874-{:07}", number),
        ] {
            prop_assert_eq!(personal(&text), None, "{}", text);
        }
    }
}
