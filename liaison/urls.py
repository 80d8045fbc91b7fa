"""Pages of this app, by the flat names templates and tests rely on."""

from django.urls import path

from .views import appointments, booking, calendar, counter, deputies, feeds, plan, receptions, sessions, stations

urlpatterns = [
    # stations in public
    path("stations/", stations.station_list, name="station_list"),
    path("stations/points.json", stations.station_points, name="station_points"),
    path("stations/<slug:slug>/", stations.station_detail, name="station_detail"),
    path("stations/<slug:slug>/qr.svg", stations.station_qr, name="station_qr"),
    path("stations/<slug:slug>/sheet/", stations.station_sheet, name="station_sheet"),
    # a session and its appointments
    path("sessions/<int:pk>/", sessions.session_detail, name="session_detail"),
    path("sessions/<int:pk>/book/<int:slot>/", booking.book, name="book"),
    path("sessions/<int:pk>/book/<int:slot>/check/", booking.book_check, name="book_check"),
    path("appointments/", appointments.appointment_find, name="appointment_find"),
    path("appointments/<str:code>/", appointments.appointment_detail, name="appointment_detail"),
    path("appointments/<str:code>/change/", appointments.appointment_change, name="appointment_change"),
    path("appointments/<str:code>/cancel/", appointments.appointment_cancel, name="appointment_cancel"),
    path("appointments/<str:code>/accept/", appointments.appointment_accept, name="appointment_accept"),
    path("appointments/<str:code>/confirm/", appointments.appointment_confirm, name="appointment_confirm"),
    path("appointments/<str:code>/again/", appointments.appointment_again, name="appointment_again"),
    path("appointments/<str:code>/appointment.ics", appointments.appointment_ics, name="appointment_ics"),
    path("my/appointments/", appointments.my_appointments, name="my_appointments"),
    # deputies in public
    path("deputies/", deputies.deputy_list, name="deputy_list"),
    path("deputies/<int:pk>/", deputies.deputy_detail, name="deputy_detail"),
    path("deputies/<int:pk>/photo/", deputies.deputy_photo, name="deputy_photo"),
    path("deputies/<int:pk>/qr.svg", deputies.deputy_qr, name="deputy_qr"),
    path("deputies/<int:pk>/sheet/", deputies.deputy_sheet, name="deputy_sheet"),
    # what was said at the counter
    path("desk/appointments/<int:pk>/reception/", receptions.reception_record, name="reception_record"),
    path("desk/appointments/<int:pk>/reception/note/", receptions.reception_note, name="reception_note"),
    # the schedule, its feeds and the yearly plan
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/plan/", plan.city_plan, name="city_plan"),
    path("calendar/plan.xlsx", plan.city_plan_xlsx, name="city_plan_xlsx"),
    path("calendar/division/<slug:code>.ics", feeds.division_feed, name="division_feed"),
    path("calendar/private/<slug:token>.ics", feeds.private_feed, name="private_feed"),
    path("stations/<slug:slug>/plan/", plan.station_plan, name="station_plan"),
    path("stations/<slug:slug>/plan.xlsx", plan.station_plan_xlsx, name="station_plan_xlsx"),
    path("stations/<slug:slug>/calendar.ics", feeds.station_feed, name="station_feed"),
    path("deputies/<int:pk>/calendar.ics", feeds.deputy_feed, name="deputy_feed"),
    path("sessions/<int:pk>/session.ics", feeds.session_ics, name="session_ics"),
    path("my/calendar/", feeds.my_calendar, name="my_calendar"),
    # the desk of stations and of deputies on duty
    path("desk/station/", counter.desk_station, name="desk_station"),
    path("desk/station/<slug:slug>/plan/", counter.desk_plan, name="desk_plan"),
    path("desk/station/<slug:slug>/<str:date>/", counter.desk_station_day, name="desk_station_day"),
    path("desk/sessions/<int:pk>/", counter.desk_session, name="desk_session"),
    path("desk/sessions/<int:pk>/print/", counter.desk_session_print, name="desk_session_print"),
    path("desk/sessions/<int:pk>/walk-in/", counter.desk_walk_in, name="desk_walk_in"),
    path("desk/sessions/<int:pk>/book/", counter.desk_book, name="desk_book"),
    path("desk/sessions/<int:pk>/do/<slug:slug>/", counter.desk_session_act, name="desk_session_act"),
    path("desk/duties/", counter.desk_duties, name="desk_duties"),
    path("desk/duties/<int:pk>/<slug:slug>/", counter.desk_duty_act, name="desk_duty_act"),
    path("desk/appointments/<int:pk>/contact/", counter.desk_appointment_contact, name="desk_appointment_contact"),
    # Last: it takes any word.
    path("desk/appointments/<int:pk>/<slug:slug>/", counter.desk_appointment_act, name="desk_appointment_act"),
]
