"""Words too common to tell texts apart, and those of the questions people put around what they look for."""

from directory.search.folding import normalise

WRITTEN = {
    "fr": """
        le la les l un une des de du d au aux a à et ou où y en dans par pour sur sous avec sans chez vers entre
        ce cet cette ces c cela ça qui que quoi qu dont quel quelle quels quelles lequel laquelle quand comment combien
        pourquoi je j tu il elle on nous vous ils elles me m te t se s lui leur leurs eux mon ma mes ton ta tes son sa
        ses notre nos votre vos ne n pas plus ni si mais donc or est es suis sont êtes être été était ai as ont avons
        avez avoir eu peut peux peuvent pouvez pouvoir doit dois doivent faut faire fait fais font faites veux veut
        voulez voudrais vouloir cherche cherchons chercher cherchez trouver trouve besoin là ici très tout tous toute
        toutes comme aussi même près svp merci bonjour aimerais aimerions quelqu quelque quelques aller va vais
    """,
    "en": """
        the a an of to in on at by for from with without and or but is are was were be been am i you he she it we they
        my your his her its our their me him us them this that these those who what which where when how why do does
        did can could should would may must have has had not no if as so there here need needs want looking find get
        please hello near someone anyone about some any get getting
    """,
    "ru": """
        и в во на по с со к ко у о об от до из за для при без не ни а но или что как где куда когда кто чем я ты он она
        оно мы вы они мой моя мое мои мне меня мной ваш ваша наш наша их его ее это этот эта эти есть быть ли же бы
        можно могу можем нужно нужен нужна надо хочу ищу найти получить здесь тут помогите пожалуйста
    """,
    "uk": """
        і й та в у на по з із зі до к ко о об від за для при без не ні а але або що як де куди коли хто чим я ти він
        вона воно ми ви вони мій моя моє мої мені мене мною ваш ваша наш наша їх їхній його її це цей ця ці є бути чи
        же б можна можу треба потрібно потрібен потрібна хочу шукаю знайти отримати тут допоможіть будь ласка можемо
    """,
    "ar": """
        و في من إلى الى على عن مع هذا هذه ذلك تلك التي الذي الذين ما ماذا كيف أين اين متى لماذا هل أنا انا أنت هو هي
        نحن أو او ثم لا لم لن إن ان أن كان كانت يكون لي لك له لها لنا أريد اريد أحتاج احتاج أبحث ابحث يمكن يمكنني نستطيع
        أستطيع
        استطيع علي يجب كل
        بعض قد حتى إذا اذا عند
    """,
    "fa": """
        و در از به با برای تا که را این آن است هست هستم بود شد شود می من تو او ما شما آنها ایشان یا هم چه چی چطور
        چگونه کجا کی چرا آیا نیست ندارم دارم دارد باید میتوانم می‌توانم میخواهم می‌خواهم نیاز
        لازم یک یکی هر روی بر ها های هایی ای ی می نمی توانم
        توانیم خواهم خواهیم کنم کنیم کند کنند بروم برود رفت پیش بگیرم پیدا چیست کیست لطفا سلام باشد
    """,
    "ps": """
        او په د له ته چې کې کي سره لپاره دا دغه هغه زه ته هغوی موږ تاسو یا هم څه څنګه چیرته چېرته کله ولې ولی ایا نه
        دی ده دي وي شي کیږي کېږي زما ستا زموږ ستاسو غواړم اړتیا لرم لري یو یوه هر تر باندې پر کوم کولی کولای
        شم شو شئ کړم کړو وکړم ومومم پیدا چیری سلام
    """,
    "ti": """
        እዩ እያ እዮም እየን ኣሎ ኣላ ናይ ንሱ ንሳ ኣነ ንሕና ንስኻ ንስኺ ንስኹም ኣብ ካብ ናብ ምስ ብዛዕባ እዚ እዛ እቲ እታ እቶም ወይ ግን እንታይ ከመይ
        ኣበይ መዓስ ስለምንታይ መን ከም ድማ እውን ኣይ የለን ይኽእል እኽእል ክኽእል ይደሊ እደሊ የድልየኒ ክረክብ እረክብ ክገብር እገብር ኣለኒ የብለይን የብለይ ንዓይ ናተይ ሰላም
    """,
}
STOP_WORDS = {language: frozenset(normalise(words).split()) for language, words in WRITTEN.items()}

# What nearly every entry is about, or is: worth a look in a name, no help in telling entries apart.
EVERYWHERE = frozenset(
    normalise(
        """
        réfugié réfugiés réfugiée réfugiées gratuit gratuits gratuite gratuites gratuitement
        refugee refugees free
        لاجئ لاجئين اللاجئين للاجئين لاجئون اللاجئون مجانا مجاني مجانية مجانًا
        پناهنده پناهندگان پناهجو رایگان مجانی
        کډوال کډوالو وړیا
        ስደተኛ ስደተኛታት ንስደተኛታት ብነጻ
        беженец беженца беженцы беженцев беженцам бесплатный бесплатные бесплатная бесплатно бесплатных
        біженець біженця біженці біженців біженцям безкоштовний безкоштовні безкоштовна безкоштовно безкоштовних
        """
    ).split()
)
