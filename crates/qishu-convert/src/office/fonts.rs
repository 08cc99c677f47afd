//! Fonts: what Chinese documents ask for by the names of other systems, and what is used instead.

/// The names of a face on other systems, and ours in order of preference.
const ALIASES: [(&[&str], &[&str]); 4] = [
    (
        &[
            "宋体",
            "SimSun",
            "新宋体",
            "NSimSun",
            "方正小标宋",
            "方正小标宋简体",
            "方正小标宋_GBK",
            "华文宋体",
            "STSong",
            "华文中宋",
            "STZhongsong",
            "宋体-简",
            "Songti SC",
        ],
        &["Noto Serif CJK SC", "Noto Sans CJK SC"],
    ),
    (
        &[
            "黑体",
            "SimHei",
            "微软雅黑",
            "Microsoft YaHei",
            "Microsoft YaHei UI",
            "等线",
            "DengXian",
            "华文细黑",
            "STXihei",
            "华文黑体",
            "STHeiti",
            "苹方-简",
            "PingFang SC",
            "Heiti SC",
        ],
        &["Noto Sans CJK SC", "Noto Serif CJK SC"],
    ),
    (
        &[
            "楷体",
            "KaiTi",
            "楷体_GB2312",
            "KaiTi_GB2312",
            "华文楷体",
            "STKaiti",
            "Kaiti SC",
        ],
        &["LXGW WenKai", "Noto Serif CJK SC", "Noto Sans CJK SC"],
    ),
    (
        &[
            "仿宋",
            "FangSong",
            "仿宋_GB2312",
            "FangSong_GB2312",
            "华文仿宋",
            "STFangsong",
        ],
        &["LXGW WenKai", "Noto Serif CJK SC", "Noto Sans CJK SC"],
    ),
];

/// The fontconfig file of a conversion: the system's, and our aliases.
pub(super) fn configuration() -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\">\n<fontconfig>\n\
         <include ignore_missing=\"yes\">/etc/fonts/fonts.conf</include>\n",
    );
    for (names, ours) in ALIASES {
        for name in names {
            text.push_str(&format!(
                "<alias binding=\"same\"><family>{name}</family><prefer>"
            ));
            for face in ours {
                text.push_str(&format!("<family>{face}</family>"));
            }
            text.push_str("</prefer></alias>\n");
        }
    }
    // Text without a font of its own: simplified shapes, not the Japanese ones.
    for (generic, face) in [("serif", "Noto Serif CJK SC"), ("sans-serif", "Noto Sans CJK SC")] {
        text.push_str(&format!(
            "<match><test name=\"family\"><string>{generic}</string></test>\
             <edit name=\"family\" mode=\"append\"><string>{face}</string></edit></match>\n"
        ));
    }
    text.push_str("</fontconfig>\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_name_is_mapped() {
        let text = configuration();
        for name in ["宋体", "SimHei", "楷体_GB2312", "仿宋", "微软雅黑"] {
            assert!(
                text.contains(&format!("<family>{name}</family><prefer>")),
                "{name}"
            );
        }
        assert!(text.starts_with("<?xml") && text.ends_with("</fontconfig>\n"));
    }
}
