"""Records (健康档案与病历视图): one person's data from every institution, in the order of time.

Responsible for patient 360, its timeline, sections and trends. Not for who the person is (patients) nor
for lists over many patients (catalog).
"""
