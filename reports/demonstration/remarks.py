"""What inspectors of the demonstration county write beside an item, and how hard the items are."""

from collections.abc import Mapping

# How a center's quality turns into the chance that an item is met: quality ** weight.
NORMAL = 0.9
WEIGHTS: Mapping[str, float] = {
    "site.location": 0.4,
    "site.area": 0.6,
    "site.open_hall": 0.5,
    "site.outside_guidance": 1.3,
    "site.barrier_free_equipment": 1.6,
    "site.zones": 0.6,
    "site.notices": 0.9,
    "facilities.private_network": 0.2,
    "facilities.isolation": 0.5,
    "facilities.office_equipment": 0.5,
    "facilities.water": 0.4,
    "facilities.writing_desk": 0.2,
    "facilities.charger": 1.4,
    "facilities.wheelchair": 1.7,
    "facilities.free_use": 0.2,
    "facilities.free_copying": 0.3,
    "facilities.free_mailing": 1.8,
    "facilities.nursing_room": 2.4,
    "facilities.emergency_lights": 1.2,
    "matters.government": 0.5,
    "matters.party": 0.3,
    "matters.own_level": 0.5,
    "matters.devolved": 0.6,
    "matters.required_above": 0.6,
    "systems.minor_gaps": 1.5,
    "systems.rules": 0.4,
    "systems.rewards": 1.5,
    "systems.service_modes": 0.8,
    "systems.fewer_steps": 1.2,
    "staff.leader": 0.2,
    "staff.director": 0.5,
    "staff.village_staff": 0.4,
}
# A village has less of these than a township.
VILLAGE_WEIGHTS: Mapping[str, float] = {
    "site.zones": 1.2,
    "facilities.copy_and_fax": 1.5,
    "facilities.monitoring": 1.2,
    "facilities.toilet": 1.2,
    "matters.government": 0.9,
}

# (item, status) or (item, "") for any shortfall.
SHORT: Mapping[tuple[str, str], str] = {
    ("site.area", ""): "以房屋产权资料所载面积为准，现场用测距仪复核一致",
    ("site.open_hall", ""): "柜台上方仍装有玻璃隔断，群众须弯腰递交材料",
    ("site.outside_signs", ""): "镇区主干道两侧未见导向牌，询问两名群众均不清楚位置",
    ("site.outside_guidance", ""): "十字路口的导向牌被行道树遮挡",
    ("site.name_township", ""): "门头仍挂“便民服务大厅”旧牌匾",
    ("site.name_village", ""): "门头仍挂村民委员会牌匾，没有党群服务中心牌匾",
    ("site.barrier_free_path", ""): "入口有三级台阶，未设坡道",
    ("site.barrier_free_equipment", ""): "入口和卫生间均未见扶手、呼叫铃",
    ("site.barrier_free_use", ""): "坡道口停放电动车，轮椅无法通过",
    ("site.zones", ""): "部分功能与受理窗口混用，没有单独划出区域",
    ("site.notices", ""): "负责人称公示牌正在制作，尚未安装",
    ("site.notices_place", ""): "公示牌放在楼梯间，进门看不到",
    ("site.inside_signs", ""): "大厅内没有指引牌，群众进门后需要询问",
    ("site.inside_guidance", ""): "窗口调整后，指引牌没有更换",
    ("site.zone_signs", ""): "部分吊牌已经脱落，尚未更换",
    ("facilities.private_network", ""): "只有普通宽带，业务系统用手机热点登录",
    ("facilities.phone_ports", ""): "新增的窗口没有布设电话线路",
    ("facilities.wired_ports", ""): "部分窗口用小交换机转接，墙面接口不足",
    ("facilities.isolation", ""): "一台电脑同时接入内网和互联网，已当场断开",
    ("facilities.office_equipment", ""): "与党政办公室合用，没有单独配备",
    ("facilities.wheelchair", ""): "仓库内有一台，轮胎损坏，不能使用",
    ("facilities.first_aid", ""): "工作人员表示药箱送卫生院补充药品，现场没有",
    ("facilities.wifi_coverage", ""): "大厅中部可用，靠里的窗口连接不上",
    ("facilities.free_mailing", ""): "工作人员表示没有与邮政签订协议",
    ("facilities.toilet", ""): "群众借用附近的公共厕所，距服务场所约80米",
    ("facilities.nursing_room", ""): "没有独立房间，计划与休息室合并设置",
    ("facilities.monitoring_coverage", ""): "查看监控画面，仍有区域看不到",
    ("facilities.fire_equipment", "partly"): "4具灭火器中有1具压力不足",
    ("facilities.fire_equipment", "not_met"): "现场未见灭火器",
    ("facilities.emergency_lights", ""): "按下测试按钮不亮",
    ("matters.government", ""): "对照进驻事项清单逐类核对，没有清单或窗口不能办理的按未进驻计",
    ("matters.own_level", ""): "清单已公示，部分事项仍在原站所办理",
    ("matters.devolved", ""): "已开通系统账号，部分事项还没有办理过",
    ("systems.single_window", "partly"): "有制度文本，窗口仍按部门分别受理",
    ("systems.single_window", "not_met"): "没有制度文本，群众需到各站所办理",
    ("systems.minor_gaps", "partly"): "制度已上墙，窗口人员说不清哪些材料可以容缺",
    ("systems.minor_gaps", "not_met"): "没有制度文本，也没有容缺受理的记录",
    ("systems.time_limit", "partly"): "抽查5件办件，1件超过承诺时限",
    ("systems.guides", ""): "办事指南为前年印制，联系电话已经变更",
    ("systems.daily_management", "partly"): "值班记录不连续，缺少两周",
    ("systems.assessment", "partly"): "有制度文本，今年没有考核记录",
    ("systems.rewards", ""): "未见考核结果运用的材料",
    ("systems.service_modes", ""): "以服务登记为准，没有登记的按没有提供计",
    ("staff.leader", ""): "原分管领导调离后没有重新明确",
    ("staff.director", ""): "由党政办公室主任兼管，没有任职文件",
    ("staff.posts", "partly"): "核定5名，实际在岗3名",
    ("staff.full_time", ""): "其余由村干部轮流值班",
    ("staff.backup_posts", ""): "查AB岗安排表，部分窗口只有一人",
    ("staff.empty_posts", ""): "到达时无人值守，约20分钟后返岗",
    ("staff.secondment", ""): "抽调到镇政府参加其他工作，没有办理手续",
    ("staff.village_staff", ""): "村会计兼管，当天外出，询问业务不熟悉",
}
REPAIRED = "上次检查后已整改到位"

# Items that do not apply where others are wanting: item → (those others, reason).
MOOT: Mapping[str, tuple[tuple[str, ...], str]] = {
    "site.outside_guidance": (("site.outside_signs",), "没有设立外部导向标识"),
    "site.barrier_free_use": (
        ("site.barrier_free_path", "site.barrier_free_equipment"),
        "没有无障碍通道和设备",
    ),
    "site.notices_place": (("site.notices",), "没有设置公示牌"),
    "site.inside_guidance": (("site.inside_signs",), "没有设置内部导向标识"),
    "facilities.wifi_coverage": (("facilities.wifi",), "没有设置免费Wi-Fi"),
    "facilities.monitoring_coverage": (("facilities.monitoring",), "没有安装监控"),
}
# Items that do not apply to some centers: item → (share of townships, share of villages, reason).
INAPPLICABLE: Mapping[str, tuple[float, float, str]] = {
    "facilities.dedicated_ports": (0.4, 0.0, "现有窗口均不需要专网"),
    "matters.devolved": (0.0, 0.25, "县级没有向本村下放事项"),
    "matters.required_above": (0.0, 0.35, "省市没有要求进驻村级的事项"),
}
