from django.urls import path

from directory.views import pages, reports, resources, situations, territories, themes

urlpatterns = [
    path("", pages.home, name="home"),
    path("themes/", themes.theme_list, name="theme_list"),
    path("themes/<slug:slug>/", themes.theme_detail, name="theme"),
    path("situations/", situations.situation_list, name="situation_list"),
    path("situations/<slug:slug>/", situations.situation_detail, name="situation"),
    path("ressources/", resources.resource_list, name="resource_list"),
    path("ressources/<slug:slug>/", resources.resource_detail, name="resource"),
    path("territoires/", territories.territory_list, name="territory_list"),
    path("territoires/<str:code>/", territories.department_detail, name="department"),
    path("territoires/region/<str:code>/", territories.region_detail, name="region"),
    path("territoires/commune/<str:code>/", territories.commune_detail, name="commune"),
    path("proposer/", reports.propose, name="propose"),
    path("signaler/<slug:slug>/", reports.report, name="report"),
    path("signalements/", reports.find_message, name="find_message"),
    path("signalements/<str:reference>/", reports.message_detail, name="message"),
    path("contacts/", pages.contacts, name="contacts"),
    path("glossaire/", pages.glossary, name="glossary"),
    path("a-propos/", pages.about, name="about"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("mentions-legales/", pages.legal, name="legal"),
]
